from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config.kernel.errors import Invalid
from organizations.access import Request, member_of
from organizations.forms.member import StandingForm, TransferForm
from organizations.models import Membership, Role
from organizations.people import open_invitations, people_seen_by, possible_owners
from organizations.services import members
from organizations.services.brand_sight import sight
from organizations.services.rights import membership_by_id
from organizations.step_up import recently_confirmed


@require_GET
@member_of("viewer")
def member_list(request: Request) -> HttpResponse:
    me: Any = request.membership
    manages = me.role.covers(Role.ADMIN)
    context = {
        "people": people_seen_by(me),
        "manages": manages,
        "is_owner": me.role == Role.OWNER,
        "invitations": open_invitations() if manages else [],
        "zone": request.organization.timezone,
    }
    return TemplateResponse(request, "organizations/member/list.html", context)


@require_http_methods(["GET", "POST"])
@member_of("admin")
@recently_confirmed
def member_edit(request: Request, member: UUID) -> HttpResponse:
    theirs = membership_by_id(member)
    brands = sight().choices()
    form = StandingForm(request.POST or None, brands=brands, initial=_standing(theirs))
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        chosen = form.chosen_brands
        try:
            members.set_standing(membership_id=member, role=role, brand_ids=chosen, by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"Saved. It counts from {theirs.user}'s next click.")
            return redirect("organizations:member-list", org=request.organization.slug)
    context = {"form": form, "member": theirs, "is_me": theirs.user_id == request.user.pk}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/member/form.html", context, status=status)


@require_POST
@member_of("admin")
@recently_confirmed
def member_remove(request: Request, member: UUID) -> HttpResponse:
    name = str(membership_by_id(member).user)
    members.remove_member(membership_id=member, by=request.user)
    messages.success(request, f"{name} is no longer in the team. What they made stays.")
    return redirect("organizations:member-list", org=request.organization.slug)


@require_http_methods(["GET", "POST"])
@member_of("viewer")
def member_leave(request: Request) -> HttpResponse:
    if request.method == "GET":
        context = {"is_owner": request.membership.role == Role.OWNER}
        return TemplateResponse(request, "organizations/member/leave.html", context)
    members.leave_organization(by=request.user)
    request.session.pop("organization", None)
    messages.success(request, f"You left {request.organization.name}.")
    return redirect("organizations:organization-list")


@require_http_methods(["GET", "POST"])
@member_of("owner")
@recently_confirmed
def member_transfer(request: Request) -> HttpResponse:
    me: Any = request.membership
    candidates = possible_owners(me)
    team = request.organization.name
    form = TransferForm(request.POST or None, team=team, members=candidates)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["member"]
        try:
            theirs = members.transfer_ownership(membership_id=chosen, by=request.user)
        except Invalid as error:
            form.add_error("member", error.message)
        else:
            messages.success(request, f"{theirs.user} owns the team now. You are an admin.")
            return redirect("organizations:member-list", org=request.organization.slug)
    context = {"form": form, "candidates": candidates}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/member/transfer.html", context, status=status)


def _standing(member: Membership) -> dict[str, Any]:
    chosen = [] if member.sees_all_brands else sight().of(member.pk)
    return {
        "role": member.role,
        "sees": "all" if member.sees_all_brands else "some",
        "brands": [str(each) for each in chosen],
    }
