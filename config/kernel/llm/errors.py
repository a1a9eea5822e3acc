"""What can become of a model call, in sentences that a page may show.

ModelError
├── NoModel            no provider is configured: use the offline counterpart
├── ModelMisconfigured key, address, model name or price: someone has to change a setting
├── ModelUnavailable   busy, away or too slow, after all tries; worth another run later
├── InputTooLong       the material does not fit into the model
├── AnswerRefused      the provider's rules stopped it; no other model is asked instead
├── AnswerTruncated    the answer ran into its length limit
└── AnswerInvalid      not in the agreed form, also after one repair turn

No message, log line or traceback carries a key or the provider's own text: providers repeat parts
of keys in their answers.
"""

from __future__ import annotations

from config.kernel.errors import DomainError, Invalid, Unavailable


class ModelError(DomainError):
    """Base of what the gateway raises besides the meter's own PaymentRequired."""

    default_code = "model_error"


class NoModel(ModelError, Unavailable):
    default_code = "no_model"


class ModelMisconfigured(ModelError, Invalid):
    default_code = "model_misconfigured"


class ModelUnavailable(ModelError, Unavailable):
    default_code = "model_unavailable"


class InputTooLong(ModelError, Invalid):
    default_code = "model_input_too_long"


class AnswerRefused(ModelError, Invalid):
    default_code = "model_answer_refused"


class AnswerTruncated(ModelError, Invalid):
    default_code = "model_answer_truncated"


class AnswerInvalid(ModelError, Invalid):
    default_code = "model_answer_invalid"
