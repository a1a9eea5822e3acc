from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from brands.forms.brand import SECTIONS
from brands.models import BrandProfile
from brands.selectors import brand_named_by
from config.kernel.errors import Conflict, DomainError, NotFound
from config.kernel.web import render_part
from organizations.access import Request, member_of
from organizations.models import Role
from publishing.autopilot.policy import Terms
from publishing.forms.contract import ContractForm, SignForm, WithdrawForm
from publishing.forms.problems import tell
from publishing.models import ContractStatus, PolicyContract
from publishing.selectors.contracts import contract_page, sentences_of
from publishing.services.contracts import (
    change_draft,
    draft_contract,
    sign,
    signed_contract,
    withdraw,
)


@require_GET
@member_of("viewer")
def contract_show(request: Request, brand: UUID) -> HttpResponse:
    return _page(request, brand_named_by(brand))


@require_POST
@member_of("member")
def contract_draft(request: Request, brand: UUID) -> HttpResponse:
    """Begin a draft, or save what was typed into the one that stands."""
    row = brand_named_by(brand)
    draft = draft_contract(brand=row, by=request.user)
    if "posts_per_day" not in request.POST:
        return _to(request, row)
    form = ContractForm(request.POST, contract=draft)
    if form.is_valid():
        try:
            change_draft(contract=draft, by=request.user, **form.words())
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, "The draft is saved. It counts once somebody signs it.")
            return _to(request, row)
    return _page(request, row, form=form, status=422)


@require_POST
@member_of("admin")
def contract_sign(request: Request, brand: UUID) -> HttpResponse:
    """Sign the draft that the person has read, and no other one."""
    row = brand_named_by(brand)
    form = SignForm(request.POST)
    standing = PolicyContract.objects.filter(brand=row, status=ContractStatus.DRAFT).first()
    if form.is_valid():
        try:
            _refuse_other(request, row, standing)
            draft = standing or draft_contract(brand=row, by=request.user)
            signed = sign(contract=draft, by=request.user, name=form.cleaned_data["name"])
        except DomainError as error:
            if standing is None and signed_contract(row.pk) is not None:
                # Nothing is to be signed on the page any more, so the form says nothing either.
                messages.error(request, error.message)
                return _to(request, row)
            tell(form, error)
        else:
            messages.success(
                request, f"{signed} is in force. From now on the agent may ask it for {row.name}."
            )
            return _to(request, row)
    return _page(request, row, signing=form, status=422)


@require_POST
@member_of("admin")
def contract_withdraw(request: Request, brand: UUID) -> HttpResponse:
    row = brand_named_by(brand)
    signed = signed_contract(row.pk)
    if signed is None:
        raise NotFound("There is no policy in force for this brand.")
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    back = withdraw(contract=signed, by=request.user, reason=reason)
    said = "One post that it had let go waits" if back == 1 else f"{back} posts wait"
    messages.success(
        request,
        f"{signed} is withdrawn. Nothing goes out by itself for {row.name} any more."
        + (f" {said} for a person again." if back else ""),
    )
    return _to(request, row)


def _refuse_other(request: Request, brand: BrandProfile, draft: PolicyContract | None) -> None:
    """`seen` says which state of the draft the page showed; empty where it showed the standard."""
    seen = request.POST.get("seen", "")
    if seen != (draft.updated_at.isoformat() if draft else ""):
        raise Conflict("The draft was changed while you read it. Read it again, then sign.")
    if draft is None and signed_contract(brand.pk) is not None:
        raise Conflict("Somebody signed a policy while you read this one. Read that one first.")


def _page(
    request: Request,
    brand: BrandProfile,
    *,
    form: ContractForm | None = None,
    signing: SignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = contract_page(brand)
    role = request.membership.role
    context: dict[str, Any] = {
        "brand": brand,
        "sections": SECTIONS.values(),
        "page": page,
        "form": form or (ContractForm(contract=page.draft) if page.draft else None),
        "signing": signing or SignForm(),
        "standard": sentences_of(Terms(zone=brand.timezone), {}),
        "may_write": role.covers(Role.MEMBER),
        "may_sign": role.covers(Role.ADMIN),
        "zone": brand.timezone,
        "current_brand": brand,
        "nav_place": "brands",
    }
    return render_part(request, "publishing/contract/show.html", "policy", context, status=status)


def _to(request: Request, brand: BrandProfile) -> HttpResponse:
    return redirect("publishing:contract-show", org=request.organization.slug, brand=brand.pk)
