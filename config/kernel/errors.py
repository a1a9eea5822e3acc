"""The one tree of errors that people are shown.

DomainError
├── NotFound          404  also the answer to a stranger who asks for what exists
├── Forbidden         403  a member without the right
├── Invalid           422  input that can be corrected; `field` names the form field
├── Conflict          409  the row moved on; reload and look
├── Gone              410  it was here once, and is not any more
├── PaymentRequired   402  credits or budget are used up
├── TooMany           429  slow down; `retry_after` in seconds
└── Unavailable       503  something we depend on is away; `retry_after` in seconds

`message` is for people: what happened, what it means, what to do next. `code` is for programs.
"""

from __future__ import annotations

from typing import Any, ClassVar


class DomainError(Exception):
    """Base of every error that a page, a toast or problem JSON may show as it is."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, code: str = "", **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.extra = extra


class NotFound(DomainError):
    status = 404
    default_code = "not_found"


class Forbidden(DomainError):
    status = 403
    default_code = "forbidden"


class Invalid(DomainError):
    status = 422
    default_code = "invalid"

    def __init__(self, message: str, *, code: str = "", field: str | None = None, **extra: Any):
        super().__init__(message, code=code, **extra)
        self.field = field


class Conflict(DomainError):
    status = 409
    default_code = "conflict"


class Gone(DomainError):
    status = 410
    default_code = "gone"


class PaymentRequired(DomainError):
    status = 402
    default_code = "payment_required"


class _Retryable(DomainError):
    def __init__(
        self, message: str, *, code: str = "", retry_after: float | None = None, **extra: Any
    ) -> None:
        super().__init__(message, code=code, **extra)
        self.retry_after = retry_after


class TooMany(_Retryable):
    status = 429
    default_code = "too_many"


class Unavailable(_Retryable):
    status = 503
    default_code = "unavailable"
