"""The door of the API: who asks, for what, once; and everything inside runs in their organization.

Around each operation, in this order: the key, its rights and its rate; the claim of an
Idempotency-Key; one transaction of the organization, whose records name the key. What ends in an
error leaves nothing behind.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.operation import Operation
from structlog.contextvars import bind_contextvars

from config.kernel.brands import brand_limit
from config.kernel.errors import DomainError, Forbidden
from config.kernel.scoping import org_atomic
from config.kernel.web import problem
from organizations.models import ActorKind
from organizations.services.actors import Actor, acting
from organizations.services.api_access import Caller, caller_of
from organizations.services.brand_sight import sight
from organizations.services.idempotency import (
    Claim,
    Stored,
    claim_request,
    fingerprint_of,
    release_claim,
    store_answer,
)

Run = Callable[..., HttpResponse]
View = TypeVar("View", bound=Callable[..., Any])

IDEMPOTENCY_HEADER = "Idempotency-Key"


class ApiRequest(HttpRequest):
    """A request whose key was accepted: what an operation gets. Typing only."""

    organization: Caller
    membership: Caller


class _Undone(Exception):
    """Carries an answer out of the transaction that it must not leave committed."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


def scoped(name: str, *, all_brands: bool = False) -> Callable[[View], View]:
    """Say which scope an operation needs; empty for one that every living key may ask.

    What it reads and writes is limited to the brands that the key's person sees. `all_brands`
    closes it to people who are restricted to some: it speaks of the whole team.
    """

    def declare(view: View) -> View:
        view.scope = name  # type: ignore[attr-defined]
        view.all_brands = all_brands  # type: ignore[attr-defined]
        return view

    return declare


def scope_of(operation: Operation) -> str:
    """Raises AttributeError for an operation that declares none: the API refuses to start."""
    return str(operation.view_func.scope)  # type: ignore[attr-defined]


def through_the_door(run: Run) -> Run:
    """Wrap an operation's `run`."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    scope = scope_of(operation)
    all_brands: bool = operation.view_func.all_brands  # type: ignore[attr-defined]

    def opened(request: ApiRequest, **kwargs: Any) -> HttpResponse:
        try:
            caller = caller_of(_key_of(request), scope=scope, address=_address_of(request))
            bind_contextvars(organization_id=str(caller.id), api_key_id=str(caller.key.pk))
            request.organization = request.membership = caller
            request.user = caller.user
            actor = Actor(ActorKind.API_KEY, api_key_id=caller.key.pk)
            with acting(actor), brand_limit(_brands_of(caller, all_brands)):
                return _once(request, caller, lambda: run(request, **kwargs))
        except _Undone as undone:
            return undone.answer
        except DomainError as error:
            return refusal(error)

    return opened


def _brands_of(caller: Caller, all_brands: bool) -> frozenset[UUID] | None:
    if caller.sees_all_brands:
        return None
    if all_brands:
        raise Forbidden(
            "This is about the whole team, and the person whom the key acts for works for certain "
            "of its brands. Ask an admin for a key of their own.",
            code="brands_restricted",
        )
    with org_atomic(caller.id):
        return sight().of(caller.membership_id)


def refusal(error: DomainError) -> HttpResponse:
    """The error as problem JSON; a 401 says how to ask, as RFC 9110 wants."""
    answer = problem(error)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Warren"'
    return answer


def _once(request: ApiRequest, caller: Caller, work: Callable[[], HttpResponse]) -> HttpResponse:
    name = request.headers.get(IDEMPOTENCY_HEADER)
    if request.method != "POST" or name is None:
        with org_atomic(caller.id):
            return _kept(work())
    # Entered for each step alone: the claim is committed before the work begins.
    parts = [request.method.encode(), request.get_full_path().encode(), request.body]
    with org_atomic(caller.id):
        claim = claim_request(key=caller.key, name=name, fingerprint=fingerprint_of(parts))
    if isinstance(claim, Stored):
        answer = JsonResponse(claim.body, status=claim.status, safe=False)
        answer.headers["Idempotency-Replayed"] = "true"
        return answer
    return _claimed(caller, claim, work)


def _claimed(caller: Caller, claim: Claim, work: Callable[[], HttpResponse]) -> HttpResponse:
    done = False
    try:
        with org_atomic(caller.id):
            answer = _kept(work())
            body = json.loads(answer.content) if answer.content else None
            store_answer(claim=claim, status=answer.status_code, body=body)
        done = True
    finally:
        if not done:
            with org_atomic(caller.id):
                release_claim(claim=claim)
    return answer


def _kept(answer: HttpResponse) -> HttpResponse:
    """The answer, if its transaction may be committed. Errors were turned into answers inside."""
    if answer.status_code >= 400:
        raise _Undone(answer)
    return answer


def _key_of(request: HttpRequest) -> str:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return text.strip()
    return request.headers.get("X-API-Key", "").strip()


def _address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
