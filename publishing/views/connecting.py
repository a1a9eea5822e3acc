from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.models import BrandProfile
from config.kernel.errors import DomainError, Invalid, NotFound
from config.kernel.scoping import org_atomic
from organizations.access import Request, member_of
from organizations.step_up import is_recently_confirmed, to_confirmation
from publishing.channels.base import Authorizes, Channel, Connects, CredentialField, Hosts
from publishing.forms.channel import ChooseForm, ConnectForm
from publishing.forms.problems import tell
from publishing.forms.queries import uuid_or_none
from publishing.models import SocialAccount
from publishing.selectors.channels import ConsentTerms, connectable, consent_terms
from publishing.services.accounts import connect_account
from publishing.services.connecting import (
    address_of,
    asked_before,
    choose_accounts,
    offered_accounts,
    open_attempt,
    open_choice,
    start_connecting,
)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What both ways to connect a channel need: the channel, the brands, what is known already."""

    channel: Channel
    brands: list[BrandProfile]
    account: SocialAccount | None
    initial: dict[str, Any]

    @property
    def typed(self) -> ConnectForm | None:
        return self.form(self.channel.credential_fields) if self.is_form else None

    @property
    def consent(self) -> ConnectForm | None:
        return self.form(asked_before(self.channel), way="consent") if self.is_consent else None

    @property
    def is_form(self) -> bool:
        return isinstance(self.channel, Connects)

    @property
    def is_consent(self) -> bool:
        return isinstance(self.channel, Authorizes)

    def form(
        self, asked: Sequence[CredentialField], data: Any = None, way: str = "id"
    ) -> ConnectForm:
        # Both forms may stand on one page, and no two inputs have one id.
        return ConnectForm(
            data, asked=asked, brands=self.brands, initial=self.initial, auto_id=f"{way}_%s"
        )


@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
def channel_connect(request: Request, platform: str) -> HttpResponse:
    desk = _desk(request, platform)
    if _must_confirm(request, desk.channel):
        return to_confirmation(request)
    form = desk.typed
    if request.method == "POST" and form is not None:
        form = desk.form(desk.channel.credential_fields, request.POST)
        if form.is_valid():
            try:
                account = connect_account(
                    platform=platform,
                    values=form.credentials(),
                    brand=form.brand(),
                    by=request.user,
                    again=desk.account,
                )
            except DomainError as error:
                tell(form, error)
            else:
                messages.success(request, f"{account.name} on {desk.channel.label} is connected.")
                return _to(request, account.pk)
    return _page(request, desk, form, desk.consent)


@require_POST
@member_of("admin", atomic=False)
def channel_consent(request: Request, platform: str) -> HttpResponse:
    """Get ready to leave for the network; the page after this one has the way there.

    An answer to a form may not lead to a stranger's page: browsers hold `form-action` against
    every redirect that follows, and a network's server may be anybody's.
    """
    desk = _desk(request, platform)
    if not desk.is_consent:
        raise Invalid(f"{desk.channel.label} is connected by its form. Go back and fill that in.")
    if _must_confirm(request, desk.channel):
        return to_confirmation(request)
    form = desk.form(asked_before(desk.channel), request.POST, way="consent")
    if form.is_valid():
        try:
            attempt = start_connecting(
                platform=platform,
                values=form.credentials(),
                brand=form.brand(),
                account=desk.account,
                by=request.user,
            )
        except DomainError as error:
            tell(form, error)
        else:
            return redirect(
                "publishing:channel-leave", org=request.organization.slug, attempt=attempt.pk
            )
    return _page(request, desk, desk.typed, form)


@never_cache
@require_GET
@member_of("admin")
def channel_leave(request: Request, attempt: UUID) -> HttpResponse:
    """The last page here: it goes on to the network by itself, or by its link."""
    found = open_attempt(attempt, by=request.user)
    channel = _channel(found.platform)
    address = address_of(found)
    context = {"channel": channel, "address": address, "nav_place": "channels"}
    response = render(request, "publishing/channel/leave.html", context)
    response["Refresh"] = f"0; url={address}"
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@member_of("admin", atomic=False)
def channel_choose(request: Request, attempt: UUID) -> HttpResponse:
    """Which of the accounts that the network opened are to be connected."""
    with org_atomic():
        found = open_choice(attempt, by=request.user)
        offered = offered_accounts(found)
    channel = _channel(found.platform)
    form = ChooseForm(request.POST if request.method == "POST" else None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            accounts = choose_accounts(
                attempt_id=attempt, remote_ids=form.cleaned_data["accounts"], by=request.user
            )
        except DomainError as error:
            tell(form, error)
        else:
            return connected(request, channel, accounts)
    context = {"form": form, "channel": channel, "nav_place": "channels"}
    status = 422 if form.errors else 200
    with org_atomic():
        return render(request, "publishing/channel/choose.html", context, status=status)


def connected(
    request: Request, channel: Channel, accounts: Sequence[SocialAccount]
) -> HttpResponse:
    """To the new account, or to the list when there are several; with the good news."""
    names = " and ".join(account.name for account in accounts)
    verb = "is" if len(accounts) == 1 else "are"
    messages.success(request, f"{names} on {channel.label} {verb} connected.")
    if len(accounts) == 1:
        return _to(request, accounts[0].pk)
    return redirect("publishing:channel-list", org=request.organization.slug)


def start_address(org: str, platform: str, account: UUID | None) -> str:
    """The page where connecting starts, for an account that is connected again with its id."""
    page = reverse("publishing:channel-connect", kwargs={"org": org, "platform": platform})
    return f"{page}?account={account}" if account else page


def _page(
    request: Request, desk: _Desk, typed: ConnectForm | None, consent: ConnectForm | None
) -> HttpResponse:
    terms: ConsentTerms | None = consent_terms(desk.channel) if desk.is_consent else None
    context = {
        "channel": desk.channel,
        "account": desk.account,
        "form": typed,
        "consent": consent,
        "terms": terms,
        "nav_place": "channels",
    }
    failed = any(form is not None and form.errors for form in (typed, consent))
    with org_atomic():
        return render(
            request, "publishing/channel/form.html", context, status=422 if failed else 200
        )


def _must_confirm(request: Request, channel: Channel) -> bool:
    """A page that we host ourselves takes no secret and lets nobody in anywhere."""
    return not isinstance(channel, Hosts) and not is_recently_confirmed(request)


def _desk(request: Request, platform: str) -> _Desk:
    channel = _channel(platform)
    with org_atomic():
        brands = list(BrandProfile.objects.order_by("name"))
        wanted = uuid_or_none(request.GET.get("account", ""))
        known = SocialAccount.objects.filter(platform=channel.slug)
        account = known.filter(pk=wanted).first() if wanted else None
    return _Desk(channel, brands, account, _known(request, channel, brands, account))


def _known(
    request: Request, channel: Channel, brands: list[BrandProfile], account: SocialAccount | None
) -> dict[str, Any]:
    """What need not be typed: of the account that is connected again, or of the first brand."""
    if account is not None:
        names = [each.name for each in channel.credential_fields if not each.secret]
        kept = account.settings
        typed = {name: getattr(account, name, "") or kept.get(name, "") for name in names}
        return {"brand": "", **{name: value for name, value in typed.items() if value}}
    if not brands:
        return {}
    chosen = next((each for each in brands if str(each.pk) == request.GET.get("brand")), brands[0])
    # A hosted page is called as its brand, until somebody says otherwise.
    return {"brand": chosen.pk, "name": chosen.name}


def _channel(platform: str) -> Channel:
    found = next((each for each in connectable() if each.slug == platform), None)
    if found is None:
        raise NotFound("There is no such channel in this installation. Choose one of the list.")
    return found


def _to(request: Request, account: UUID) -> HttpResponse:
    return redirect("publishing:channel-show", org=request.organization.slug, account=account)
