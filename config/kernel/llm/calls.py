"""One try at one model: the request, at most one repair turn, and what went wrong in our words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic

from config.kernel.errors import DomainError
from config.kernel.llm.connections import model_for
from config.kernel.llm.errors import (
    AnswerInvalid,
    AnswerRefused,
    AnswerTruncated,
    InputTooLong,
    ModelError,
    ModelMisconfigured,
    ModelUnavailable,
)
from config.kernel.llm.loop import run_on_loop
from config.kernel.llm.prompt import data_slots, system_prompt
from config.kernel.llm.providers import LABELS, provider_for
from config.kernel.llm.routes import Route
from config.kernel.llm.spec import AgentSpec, In, Out, Usage

REQUESTS_PER_TRY = 2  # the answer and one repair turn
# What a picture of 768 pixels costs at most, in bytes of text: small models count 26,000 tokens.
PICTURE_BYTES = 60_000
_GRACE_SECONDS = 2.0  # for the loop's thread to report its own timeout first


@dataclass(frozen=True)
class Tried(Generic[Out]):
    """What one try brought: an answer or an error, and in both cases what it used."""

    usage: Usage
    output: Out | None = None
    error: ModelError | None = None


def try_once(
    spec: AgentSpec[In, Out], values: In, route: Route, *, timeout_seconds: float
) -> Tried[Out]:
    """Ask one model once. Returns errors instead of raising them, since they may have a price."""
    from pydantic_ai.exceptions import AgentRunError, UserError
    from pydantic_ai.usage import RunUsage

    spent = RunUsage()
    try:
        model_for(route)
        output = run_on_loop(
            _ask(spec, values, route, spent, timeout_seconds),
            timeout_seconds=timeout_seconds + _GRACE_SECONDS,
        )
    except ModelError as error:
        return Tried(_usage(spent), error=error)
    except UserError:
        return Tried(_usage(spent), error=_unable(route))
    except TimeoutError:
        return Tried(_usage(spent, lost=1), error=too_slow(route))
    except AgentRunError as error:
        # `from None` and no chaining: the provider's text may repeat a part of the key.
        lost = 1 if _may_have_been_billed(error) else 0
        return Tried(_usage(spent, lost=lost), error=_in_our_words(error, route))
    return Tried(_usage(spent), output=output)


def prompt_bytes(spec: AgentSpec[In, Out], values: In) -> int:
    slots = data_slots(values, spec.varying)
    seen = len(spec.pictures) * PICTURE_BYTES
    told = (system_prompt(spec.instructions), *slots)
    return seen + sum(len(text.encode()) for text in told)


async def _ask(
    spec: AgentSpec[In, Out], values: In, route: Route, spent: Any, timeout_seconds: float
) -> Out:
    from pydantic_ai import Agent, ModelRetry
    from pydantic_ai.usage import UsageLimits

    agent: Agent[None, Out] = Agent(
        model_for(route),
        name=spec.name,
        output_type=_form(spec, route),
        instructions=system_prompt(spec.instructions),
        retries={"tools": 0, "output": REQUESTS_PER_TRY - 1},
    )

    @agent.output_validator
    def check(output: Out) -> Out:
        wrong = spec.check(values, output) if spec.check else None
        if wrong:
            raise ModelRetry(wrong)
        return output

    result = await agent.run(
        _message(spec, values),
        model_settings={
            # A form is filled in; thinking aloud before it would be paid as output.
            "thinking": False,
            "temperature": spec.temperature,
            "max_tokens": spec.max_tokens,
            "timeout": timeout_seconds,
            "max_retries": 0,  # tries are counted here, once
        },
        usage=spent,
        usage_limits=UsageLimits(request_limit=REQUESTS_PER_TRY),
        timeout=timeout_seconds,
    )
    return result.output


def _message(spec: AgentSpec[In, Out], values: In) -> Any:
    """The material first, then what varies, with a mark between for the providers' caches."""
    from pydantic_ai import BinaryContent, CachePoint

    stable, varying = data_slots(values, spec.varying)
    if spec.pictures:
        seen = [BinaryContent(each.data, media_type=each.media_type) for each in spec.pictures]
        return [each for each in (stable, varying) if each] + seen
    if not varying or not stable:
        return stable or varying
    return [stable, CachePoint(), varying]


def _form(spec: AgentSpec[In, Out], route: Route) -> Any:
    from pydantic_ai import NativeOutput, PromptedOutput, ToolOutput

    way = route.structured or provider_for(route).STRUCTURED
    wrapper: Any = {"native": NativeOutput, "tool": ToolOutput, "prompted": PromptedOutput}[way]
    return wrapper(spec.output_type, name=spec.name)


def _usage(spent: Any, *, lost: int = 0) -> Usage:
    return Usage(
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        requests=spent.requests,
        unmeasured=spent.unmeasured_requests + lost,
        cache_read_tokens=spent.cache_read_tokens,
        cache_write_tokens=spent.cache_write_tokens,
    )


def _may_have_been_billed(error: Exception) -> bool:
    """A request that was cut off while the model worked; an error status is not billed."""
    from pydantic_ai.exceptions import (
        ModelConnectionError,
        ModelHTTPError,
        ModelRequestTimeout,
        RunTimedOut,
    )

    if isinstance(error, ModelHTTPError):
        return False
    if isinstance(error, ModelConnectionError) and _caused_by_refused_connection(error):
        return False
    return isinstance(error, ModelConnectionError | ModelRequestTimeout | RunTimedOut)


def _in_our_words(error: Exception, route: Route) -> ModelError:
    from pydantic_ai import exceptions as e

    name = LABELS.get(route.provider, route.provider)
    match error:
        case e.ModelContextWindowExceededError():
            return InputTooLong(
                f"The text is longer than {route.model} can read. Shorten the material, "
                "or choose a model with a larger context."
            )
        case e.ModelAuthenticationError():
            return ModelMisconfigured(
                f"{name} refused the key. Check that it is complete and still valid, "
                "and enter it again.",
                code="model_key_refused",
            )
        case e.ModelQuotaExceededError():
            return ModelMisconfigured(
                f"The account at {name} has no credit left. Top it up there, then try again.",
                code="model_account_empty",
            )
        case e.ModelNotFoundError():
            return ModelMisconfigured(
                f"{name} knows no model named {route.model}. Check the name.",
                code="model_not_found",
            )
        case e.ModelRateLimitError():
            return ModelUnavailable(
                f"{name} is limiting requests at the moment. Warren tries again later.",
                code="model_rate_limited",
                retry_after=error.retry_after,
            )
        case e.ContentFilterError():
            return AnswerRefused(
                f"{name} declined to write about this material under its own rules. "
                "Use another material, or write this post by hand."
            )
        case e.OutputTokenLimitExceeded():
            return AnswerTruncated(
                f"{route.model} ran into its length limit before it had finished. Try again, "
                "or choose another model."
            )
        case e.RunTimedOut() | e.ModelTimeoutError() | e.ModelRequestTimeout():
            return too_slow(route)
        case e.ModelConnectionError():
            return _unreachable(error, name)
        case e.ModelRequestRejectedError():
            return _unable(route)
        case e.ModelAPIError():
            return ModelUnavailable(
                f"{name} has a fault at the moment. Warren tries again later.",
                retry_after=error.retry_after,
            )
        case _:
            return AnswerInvalid(
                f"{route.model} did not answer in the agreed form, also when asked again. "
                "Try again, or choose another model."
            )


def _unable(route: Route) -> ModelMisconfigured:
    name = LABELS.get(route.provider, route.provider)
    return ModelMisconfigured(
        f"{route.model} at {name} does not take such a request. Check the model's name and that it "
        "can answer in a given form, or choose another.",
        code="model_request_rejected",
    )


def too_slow(route: Route) -> ModelUnavailable:
    return ModelUnavailable(
        f"{route.model} did not answer in time. Warren tries again later.", code="model_too_slow"
    )


def _unreachable(error: BaseException, name: str) -> ModelError:
    refusal = _refused_by_the_door(error)
    if refusal:
        return ModelMisconfigured(refusal.message, code=refusal.code)
    return ModelUnavailable(
        f"{name} cannot be reached. Warren tries again later.", code="model_unreachable"
    )


def _refused_by_the_door(error: BaseException | None) -> DomainError | None:
    while error is not None:
        if isinstance(error, DomainError) and error.status == 422:
            return error
        error = error.__cause__ or error.__context__
    return None


def _caused_by_refused_connection(error: BaseException | None) -> bool:
    import httpx2

    while error is not None:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | DomainError):
            return True
        error = error.__cause__ or error.__context__
    return False
