from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.platforms import platforms
from config.kernel.errors import Conflict, Invalid, NotFound
from config.kernel.web import render_part
from content.forms.skill import NewSkillForm, StructureForm
from content.models import SharedSkill, Skill, SkillStatus, SkillVersion
from content.selectors.skills import (
    library,
    parts_of,
    shared_card,
    shared_library,
    skill_for_page,
    wireframe,
)
from content.services.skill_library import (
    activate_version,
    add_skill,
    allow_sharing,
    change_skill,
    fork_skill,
    keep_skill,
    restore_skill,
    retire_skill,
    shares_structures,
    withdraw_sharing,
)
from content.services.skills import start_skills
from content.skills.structure import Structure
from organizations.access import Request, member_of
from organizations.models import Role


@require_GET
@member_of("viewer")
def skill_list(request: Request) -> HttpResponse:
    kind = "shared" if request.GET.get("kind") == "shared" else "own"
    status, platform = request.GET.get("status", ""), request.GET.get("platform", "")
    status = status if status in SkillStatus.values else ""
    platform = platform if platforms.get(platform) else ""
    is_own = kind == "own"
    context = {
        "kind": kind,
        "cards": library(status=status, platform=platform) if is_own else [],
        "shared": [] if is_own else shared_library(platform=platform),
        "statuses": SkillStatus.values,
        "platforms": list(platforms.values()),
        "chosen": {"status": status, "platform": platform},
        "is_filtered": bool(status or platform),
        "is_sharing": shares_structures(),
        **_rights(request),
    }
    return render_part(request, "content/skill/list.html", "results", context)


@require_POST
@member_of("member", all_brands=True)
def skill_start(request: Request) -> HttpResponse:
    """Have the built-in skills before the first post is written."""
    start_skills()
    messages.success(request, "The built-in skills are here, in testing.")
    return redirect("content:skill-list", org=request.organization.slug)


@require_http_methods(["GET", "POST"])
@member_of("member")
def skill_create(request: Request) -> HttpResponse:
    form = NewSkillForm(request.POST or None, initial=Structure().as_json())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = add_skill(
                structure=form.structure,
                platform=given["platform"],
                brand=given["brand"],
                notes=given["notes"],
                by=request.user,
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"“{row.name}” is added, in testing.")
            return _to_skill(request, row)
    return _form(request, form, skill=None)


@require_GET
@member_of("viewer")
def skill_show(request: Request, skill: UUID) -> HttpResponse:
    row = _found(skill)
    context = {"skill": row, "known": skill_for_page(row), **_rights(request)}
    return TemplateResponse(request, "content/skill/show.html", context)


@require_http_methods(["GET", "POST"])
@member_of("member")
def skill_edit(request: Request, skill: UUID) -> HttpResponse:
    row = _found(skill)
    active = row.versions.get(is_active=True)
    form = StructureForm(request.POST or None, initial=active.structure)
    if request.method == "POST" and form.is_valid():
        try:
            version = change_skill(
                skill=row,
                structure=form.structure,
                notes=form.cleaned_data["notes"],
                by=request.user,
            )
        except (Invalid, Conflict) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Version {version.number} is active.")
            return _to_skill(request, row)
    return _form(request, form, skill=row)


@require_POST
@member_of("member")
def skill_activate(request: Request, skill: UUID, skill_version: UUID) -> HttpResponse:
    row = _found(skill)
    chosen = SkillVersion.objects.filter(skill=row, pk=skill_version).first()
    if chosen is None:
        raise NotFound("There is no such version of this skill.")
    activate_version(version=chosen, by=request.user)
    messages.success(request, f"Version {chosen.number} is active.")
    return _to_skill(request, row)


@require_POST
@member_of("member")
def skill_retire(request: Request, skill: UUID) -> HttpResponse:
    row = retire_skill(skill=_found(skill), by=request.user)
    messages.success(request, f"“{row.name}” is retired. Nothing is written by it any more.")
    return _to_skill(request, row)


@require_POST
@member_of("member")
def skill_restore(request: Request, skill: UUID) -> HttpResponse:
    row = restore_skill(skill=_found(skill), by=request.user)
    messages.success(request, f"“{row.name}” is back, in testing.")
    return _to_skill(request, row)


@require_POST
@member_of("member")
def skill_keep(request: Request, skill: UUID) -> HttpResponse:
    """Leave a skill out of sharing, or let it take part again."""
    row = _found(skill)
    row = keep_skill(skill=row, is_kept=row.shares_structure, by=request.user)
    said = "may be shared" if row.shares_structure else "is kept to your team"
    messages.success(request, f"The structure of “{row.name}” {said}.")
    return _to_skill(request, row)


@require_GET
@member_of("viewer")
def shared_skill_show(request: Request) -> HttpResponse:
    """One shared structure; its id stands in the query, because it belongs to no team."""
    if "id" not in request.GET:
        return redirect("content:skill-list", org=request.organization.slug)
    row = _shared(request.GET["id"])
    ours = Skill.objects.filter(forked_from=row).exclude(status=SkillStatus.RETIRED).first()
    structure = Structure.from_json(row.structure)
    context = {
        "card": shared_card(row, is_ours=ours is not None),
        "ours": ours,
        "blocks": wireframe(structure),
        "parts": parts_of(structure),
        **_rights(request),
    }
    return TemplateResponse(request, "content/skill/shared.html", context)


@require_POST
@member_of("member", all_brands=True)
def skill_fork(request: Request) -> HttpResponse:
    if "shared" not in request.POST:
        raise Invalid("Choose a structure of the shared library first.")
    row = fork_skill(shared=_shared(request.POST["shared"]), by=request.user)
    messages.success(request, f"“{row.name}” is yours now, in testing. Change it as you like.")
    return _to_skill(request, row)


@require_POST
@member_of("admin", all_brands=True)
def skill_sharing(request: Request) -> HttpResponse:
    """Give the consent to count structures with those of others, or take it back."""
    if shares_structures():
        withdraw_sharing(by=request.user)
        messages.success(request, "Nothing of your skills is counted with others any more.")
    else:
        allow_sharing(by=request.user)
        messages.success(request, "Structures of your skills may be shared. Texts never are.")
    return redirect("content:skill-list", org=request.organization.slug)


def _rights(request: Request) -> dict[str, bool]:
    role = request.membership.role
    return {"writes": role.covers(Role.MEMBER), "rules": role.covers(Role.ADMIN)}


def _form(request: Request, form: StructureForm, *, skill: Skill | None) -> HttpResponse:
    shown: Any = form.data if form.is_bound else form.initial
    try:
        structure = Structure(**{part: shown[part] for part in Structure().as_json()})
    except (Invalid, KeyError):
        structure = Structure()
    context = {"form": form, "skill": skill, "blocks": wireframe(structure)}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "content/skill/form.html", context, status=status)


def _to_skill(request: Request, row: Skill) -> HttpResponse:
    return redirect("content:skill-show", org=request.organization.slug, skill=row.pk)


def _found(skill: UUID) -> Skill:
    rows = Skill.objects.select_related("brand", "forked_from", "variant_of", "created_by")
    row = rows.filter(pk=skill).first()
    if row is None:
        raise NotFound("There is no such skill, or it belongs to a brand that you do not see.")
    return row


def _shared(text: str) -> SharedSkill:
    try:
        key = UUID(text)
    except ValueError:
        raise NotFound("There is no such shared structure.") from None
    row = SharedSkill.objects.filter(pk=key, retired_at=None).defer("embedding").first()
    if row is None:
        raise NotFound("This structure is not shared any more.")
    return row
