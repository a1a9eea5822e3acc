"""From an agent and its input to a checked answer: stored, reserved, tried, repaired, settled."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from config.kernel.halting import refuse_halted
from config.kernel.llm import double
from config.kernel.llm.answers import StoredAnswer, answer_store, full_key
from config.kernel.llm.calls import REQUESTS_PER_TRY, Tried, prompt_bytes, too_slow, try_once
from config.kernel.llm.errors import (
    AnswerRefused,
    ModelError,
    ModelMisconfigured,
    ModelUnavailable,
    NoModel,
)
from config.kernel.llm.meter import current_meter
from config.kernel.llm.options import AgentOptions, options_for
from config.kernel.llm.prices import cost_micros, worst_case_micros
from config.kernel.llm.providers import LABELS, provider_for
from config.kernel.llm.routes import Route, is_configured, routes_for
from config.kernel.llm.spec import AgentSpec, Answer, In, Out, Usage

log = structlog.get_logger(__name__)

_FIRST_WAIT_SECONDS = 0.5
_SHORTEST_TRY_SECONDS = 0.05
_PRIMARY_SHARE = 0.6  # of the deadline, when there is a fallback to leave time for
_TRY_SHARE = 0.6  # of a model's time for one try, so that one that hangs can be tried again

pause: Callable[[float], None] = time.sleep


def is_offline(organization_id: UUID | None, purpose: str = "", agent: str = "") -> bool:
    """Whether an agent works offline: no model is configured for this organization and purpose,
    or operators switched the agent off."""
    options = options_for(organization_id, agent)
    if not options.is_enabled:
        return True
    provider = options.provider_and_name[0]
    return not double.is_active() and not is_configured(organization_id, purpose, provider)


def run(
    spec: AgentSpec[In, Out], values: In, *, step_key: str, organization_id: UUID | None
) -> Answer[Out]:
    """Ask the model for one step, at most once per step key.

    A step whose answer is stored returns it and costs nothing. Otherwise the configured models are
    asked in their order, each with at most three tries and one repair turn, inside the agent's
    deadline. Every try is reserved at its worst case first and settled after. What operators set
    for the agent counts; an answer that was stored under other options is not taken.

    Call it with no transaction open. Raises NoModel, ModelMisconfigured, InputTooLong,
    AnswerRefused, AnswerTruncated and AnswerInvalid (trying again does not help),
    ModelUnavailable (it does, after `retry_after` seconds), Halted while somebody has stopped it,
    and PaymentRequired from the meter.
    """
    options = options_for(organization_id, spec.name)
    if not options.is_enabled:
        raise NoModel(f"The agent {spec.name} is switched off here. It works offline meanwhile.")
    spec = options.apply(spec)
    key = full_key(spec, step_key)
    stored = _stored(spec, key, organization_id)
    if stored:
        return stored
    refuse_halted(organization_id)
    if double.is_active():
        answer = double.answer(spec, values)
    else:
        answer = _ask_in_order(spec, values, key, organization_id, options)
    _store(spec, key, answer, organization_id)
    return answer


def _ask_in_order(
    spec: AgentSpec[In, Out],
    values: In,
    key: str,
    organization_id: UUID | None,
    options: AgentOptions,
) -> Answer[Out]:
    routes = routes_for(organization_id, spec.purpose, options.provider_and_name)
    if not routes:
        raise NoModel("No language model is configured. Warren's offline writer can do this.")
    ends_at = time.monotonic() + spec.deadline_seconds
    failure: ModelError | None = None
    for place, route in enumerate(routes):
        left = ends_at - time.monotonic()
        is_last = place == len(routes) - 1
        if left <= _SHORTEST_TRY_SECONDS:
            break
        try:
            call = _Call(spec, values, route, key, organization_id, most_tries=options.tries)
            return call.answer(seconds=left if is_last else left * _PRIMARY_SHARE)
        except AnswerRefused:
            raise  # another model is not asked until one says yes
        except ModelError as error:
            failure = failure if isinstance(failure, ModelMisconfigured) else error
            log.warning("llm.model_failed", **_facts(spec, route), code=error.code)
    raise failure or too_slow(routes[0])


class _Call:
    """One step at one model: its tries, their money and their clock."""

    def __init__(
        self,
        spec: AgentSpec[Any, Any],
        values: Any,
        route: Route,
        key: str,
        organization_id: UUID | None,
        *,
        most_tries: int,
    ) -> None:
        self.most_tries = most_tries
        self.spec, self.values, self.route, self.key = spec, values, route, key
        self.organization_id = organization_id
        provider_for(route)
        sizes = {"prompt_bytes": prompt_bytes(spec, values), "max_tokens": spec.max_tokens}
        self.worst_try = worst_case_micros(route, requests=REQUESTS_PER_TRY, **sizes)
        self.worst_request = worst_case_micros(route, requests=1, **sizes)

    def answer(self, *, seconds: float) -> Answer[Any]:
        """Raises the last ModelError when no try brought an answer within so many seconds."""
        started = time.monotonic()
        error: ModelError = too_slow(self.route)
        for tries in range(1, self.most_tries + 1):
            left = seconds - (time.monotonic() - started)
            if left <= _SHORTEST_TRY_SECONDS:
                break
            share = left if tries == self.most_tries else left * _TRY_SHARE
            tried = self._metered_try(min(share, settings.WARREN_LLM_TIMEOUT_SECONDS))
            if tried.error is None and tried.output is not None:
                cost = self._cost(tried)
                self._log(tried, cost, tries, time.monotonic() - started)
                return Answer(
                    output=tried.output,
                    model=self.route.model,
                    provider=self.route.provider,
                    usage=tried.usage,
                    cost_micros=cost,
                    cached=False,
                )
            error = tried.error or error
            if not self._waited_for_another_try(error, tries, started + seconds):
                break
        raise error

    def _metered_try(self, timeout_seconds: float) -> Tried[Any]:
        meter = current_meter()
        reservation = meter.reserve(
            self.organization_id, self.spec.purpose, self.worst_try, step_key=self.key
        )
        tried: Tried[Any] | None = None
        try:
            tried = try_once(self.spec, self.values, self.route, timeout_seconds=timeout_seconds)
        finally:
            if tried is None:
                meter.release(reservation)  # a fault of ours must not hold the budget
        if tried.error is not None and not (tried.usage.requests or tried.usage.unmeasured):
            meter.release(reservation)
        else:
            meter.settle(
                reservation,
                self._cost(tried),
                tried.usage,
                provider=self.route.provider,
                model=self.route.model,
            )
        return tried

    def _cost(self, tried: Tried[Any]) -> int:
        return cost_micros(self.route, tried.usage) + tried.usage.unmeasured * self.worst_request

    def _waited_for_another_try(self, error: ModelError, tries: int, ends_at: float) -> bool:
        """Wait as the provider asked, else twice as long each time, with jitter."""
        if not isinstance(error, ModelUnavailable) or tries == self.most_tries:
            return False
        wait = error.retry_after
        if wait is None:
            wait = _FIRST_WAIT_SECONDS * 2 ** (tries - 1) * random.uniform(0.5, 1.5)
        if time.monotonic() + wait >= ends_at:
            return False
        pause(wait)
        return True

    def _log(self, tried: Tried[Any], cost: int, tries: int, seconds: float) -> None:
        log.info(
            "llm.answered",
            **_facts(self.spec, self.route),
            tries=tries,
            seconds=round(seconds, 2),
            input_tokens=tried.usage.input_tokens,
            output_tokens=tried.usage.output_tokens,
            cost_micros=cost,
        )


def _facts(spec: AgentSpec[Any, Any], route: Route) -> dict[str, str]:
    return {
        "agent": spec.name,
        "version": spec.version,
        "provider": route.provider,
        "model": route.model,
    }


def _stored(spec: AgentSpec[In, Out], key: str, organization_id: UUID | None) -> Answer[Out] | None:
    store = answer_store.get()
    found = store.get(key, organization_id=organization_id) if store else None
    if found is None:
        return None
    try:
        output = spec.output_type.model_validate(found.output)
    except ValueError:  # pydantic's ValidationError is one
        return None  # its form changed since; the version should have been raised
    return Answer(output, found.model, found.provider, found.usage, cost_micros=0, cached=True)


def _store(
    spec: AgentSpec[In, Out], key: str, answer: Answer[Out], organization_id: UUID | None
) -> None:
    store = answer_store.get()
    if store is None:
        return
    store.put(
        StoredAnswer(
            step_key=key,
            agent=spec.name,
            agent_version=spec.version,
            provider=answer.provider,
            model=answer.model,
            output=answer.output.model_dump(mode="json"),
            usage=answer.usage,
            cost_micros=answer.cost_micros,
        ),
        organization_id=organization_id,
    )


def describe(organization_id: UUID | None = None) -> tuple[bool, str]:
    """For `doctor`: whether the configuration can work, and one sentence. Calls no model."""
    try:
        routes = routes_for(organization_id, "")
    except ModelMisconfigured as error:
        return False, error.message
    if not routes:
        return True, "No language model is configured: the offline writer composes posts."
    for route in routes:
        try:
            provider_for(route)
            cost_micros(route, Usage(input_tokens=1, output_tokens=1))
        except ModelMisconfigured as error:
            return False, error.message
    names = ", then ".join(f"{route.model} at {LABELS[route.provider]}" for route in routes)
    return True, f"Language model: {names}."
