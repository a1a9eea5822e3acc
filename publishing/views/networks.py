from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import org_atomic, scope
from config.kernel.uploads import hand_out_file
from organizations.access import Request, member_of, public, signed_in
from organizations.models import User
from organizations.selectors import belongings_of_user
from organizations.services.files import stored_path
from publishing.channels.registry import channels
from publishing.models import ConnectAttempt
from publishing.services.connecting import finish_connecting, read_state
from publishing.services.networks import FILE_SECONDS, file_of_address

from . import portal_connecting
from .connecting import connected, start_address

STRANGE = (
    "This is not an answer to anything that Warren asked for you, or it was cut short on its way. "
    "Nothing was connected. Start again from the page Channels."
)


@never_cache
@require_GET
def callback(request: HttpRequest, network: str) -> HttpResponse:
    """Where networks send people back to. Its state says whose answer it is: a member's, who is
    signed in, or a client's, who comes with the browser that left by their link."""
    told = read_state(request.GET.get("state", ""))
    if told and portal_connecting.is_of_client(told):
        return portal_connecting.arrive(request, network, told[1])
    return _of_member(request, network=network)


# Sessions are looked after as on every page that asks for one.
callback.access = "signed_in"  # type: ignore[attr-defined]


@signed_in
def _of_member(request: HttpRequest, network: str) -> HttpResponse:
    """Only that very person, as an admin of that team, can use the answer, and once."""
    person = cast(User, request.user)
    told = read_state(request.GET.get("state", ""))
    team, attempt = told or (None, None)
    mine = next((each for each in belongings_of_user(person.pk) if each.id == team), None)
    if mine is None or attempt is None:
        return _refused(request, STRANGE, start="", status=400)
    return _arrive(request, org=mine.slug, network=network, attempt=attempt)


@member_of("admin", atomic=False)
def _arrive(request: Request, network: str, attempt: UUID) -> HttpResponse:
    answer = {key: str(value) for key, value in request.GET.items()}
    try:
        arrival = finish_connecting(
            attempt_id=attempt, callback=network, answer=answer, by=request.user
        )
    except DomainError as error:
        start = _start(request, attempt)
        return _refused(request, error.message, start=start, status=error.status)
    if arrival.is_choice:
        return redirect("publishing:channel-choose", org=request.organization.slug, attempt=attempt)
    channel = channels[arrival.attempt.platform]
    return connected(request, channel, arrival.accounts)


def _start(request: Request, attempt: UUID) -> str:
    """The page to start again from, as long as it is known what was being connected."""
    with org_atomic():
        row = ConnectAttempt.objects.filter(pk=attempt, user=request.user).first()
    if row is None:
        return ""
    return start_address(request.organization.slug, row.platform, row.account_id)


def _refused(request: HttpRequest, sentence: str, *, start: str, status: int) -> HttpResponse:
    context = {"sentence": sentence, "start": start}
    return render(request, "publishing/channel/refused.html", context, status=status)


@require_safe
@public
def file(request: HttpRequest, signed: str) -> HttpResponse:
    """A picture or video of a post, for the network that was given its address, in whole or in the
    pieces that it asks for."""
    found = file_of_address(signed)
    if found is None:
        raise NotFound("This address has ended. Networks get a new one with the next try.")
    organization_id, reference = found
    with scope(organization_id):
        path = stored_path(reference)
    ending = reference.rpartition(".")[2]
    wanted = request.headers.get("Range", "")
    return hand_out_file(path, ending=ending, wanted=wanted, seconds=FILE_SECONDS)
