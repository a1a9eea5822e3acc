"""What somebody is told, when, and where: three forms on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.clock import in_words, now
from config.kernel.errors import Invalid
from organizations.access import Request, member_of
from organizations.forms.notification import ChoicesForm, HookForm, WhenForm
from organizations.models import NotificationSettings
from organizations.notices.kinds import kinds_for
from organizations.notices.timing import Digest, Wishes, when_to_tell
from organizations.services.notice_settings import (
    delete_hook,
    save_hook,
    save_when,
    settings_of,
    try_hook,
)
from organizations.services.notifications import save_choices
from organizations.throttles import throttled

PAGE = "organizations/notification/choices.html"
WHEN = (
    *("digest", "digest_time", "digest_weekday", "quiet_from", "quiet_until"),
    *("timezone", "urgent_waits"),
)


@never_cache
@require_http_methods(["GET", "POST"])
@member_of("viewer")
def notification_choices(request: Request) -> HttpResponse:
    mine = settings_of(request.user)
    form = _choices(request, mine)
    if request.method == "POST" and form.is_valid():
        save_choices(user=request.user, kinds=form.kinds, ways=form.ways())
        messages.success(request, "Your notifications are saved.")
        return _back(request)
    return _page(request, mine, form=form)


@require_POST
@member_of("viewer")
def notification_when(request: Request) -> HttpResponse:
    form = WhenForm(request.POST)
    if not form.is_valid():
        return _page(request, settings_of(request.user), when=form)
    save_when(user=request.user, values=form.cleaned_data)
    messages.success(request, "Saved. What waits already goes out at the new times.")
    return _back(request)


@never_cache
@require_POST
@member_of("viewer")
def notification_hook(request: Request) -> HttpResponse:
    form = HookForm(request.POST)
    if form.is_valid():
        try:
            secret = save_hook(user=request.user, url=form.cleaned_data["hook_url"])
        except Invalid as error:
            form.add_error("hook_url", error.message)
        else:
            mine = settings_of(request.user)
            return _page(request, mine, secret=secret)
    return _page(request, settings_of(request.user), hook=form)


@require_POST
@member_of("viewer", atomic=False)
@throttled("notice-test", limit=10, per_seconds=600)
def notification_hook_test(request: Request) -> HttpResponse:
    try:
        try_hook(user=request.user)
    except Invalid as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The test arrived.")
    return _back(request)


@require_POST
@member_of("viewer")
def notification_hook_delete(request: Request) -> HttpResponse:
    delete_hook(user=request.user)
    messages.success(request, "The webhook is taken away. Nothing is sent there any more.")
    return _back(request)


def _choices(request: Request, mine: NotificationSettings) -> ChoicesForm:
    return ChoicesForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        kinds=kinds_for(request.membership.role),
        has_hook=bool(mine.hook_url),
    )


def _page(
    request: Request,
    mine: NotificationSettings,
    *,
    form: ChoicesForm | None = None,
    when: WhenForm | None = None,
    hook: HookForm | None = None,
    secret: str = "",
) -> HttpResponse:
    given = (form, when, hook)
    asked = ChoicesForm(
        user=request.user,
        kinds=kinds_for(request.membership.role),
        has_hook=bool(mine.hook_url),
    )
    context: dict[str, Any] = {
        "form": form or asked,
        "when": when or WhenForm(initial={name: getattr(mine, name) for name in WHEN}),
        "hook": hook or HookForm(initial={"hook_url": mine.hook_url}),
        "mine": mine,
        "next": _next(mine),
        "secret": secret,
    }
    failed = any(each is not None and each.errors for each in given)
    return TemplateResponse(request, PAGE, context, status=422 if failed else 200)


def _next(mine: NotificationSettings) -> str:
    """When something that happened now would be told, where that is not now."""
    moment = now()
    told = when_to_tell(Wishes.of(mine), moment, False)
    if told == moment:
        return ""
    words = in_words(told, mine.timezone, at=moment)
    return f"Next digest: {words}." if mine.digest != Digest.NOW else f"It is quiet until {words}."


def _back(request: Request) -> HttpResponse:
    return redirect("organizations:notification-choices", org=request.organization.slug)
