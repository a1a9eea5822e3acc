from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analytics.selectors.first_steps import STEP_KEYS
from config.kernel.errors import NotFound
from organizations.access import Request, member_of
from organizations.services.onboarding import (
    hide_steps,
    show_steps,
    skip_step,
    take_up_step,
)
from publishing.services.hosted_pages import open_hosted_page


@require_POST
@member_of("member")
def step_skip(request: Request, step: str) -> HttpResponse:
    skip_step(step=_known(step), by=request.user)
    return _home(request, "Skipped. You can take it up again.")


@require_POST
@member_of("member")
def step_take_up(request: Request, step: str) -> HttpResponse:
    take_up_step(step=_known(step), by=request.user)
    return _home(request, "The step is open again.")


@require_POST
@member_of("member")
def steps_hide(request: Request) -> HttpResponse:
    hide_steps(by=request.user)
    return _home(request, "The first steps are put away. Help brings them back.")


@require_POST
@member_of("member")
def steps_show(request: Request) -> HttpResponse:
    show_steps(by=request.user)
    return _home(request, "The first steps are back.")


@require_POST
@member_of("admin", atomic=False)
def hosted_page_open(request: Request) -> HttpResponse:
    account = open_hosted_page(by=request.user)
    messages.success(request, f"{account.name} has its page: {account.profile_url}")
    return redirect("analytics:home", org=request.organization.slug)


def _known(step: str) -> str:
    if step not in STEP_KEYS:
        raise NotFound("There is no such step.")
    return step


def _home(request: Request, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("analytics:home", org=request.organization.slug)
