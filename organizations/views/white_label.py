from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from config.kernel.errors import Invalid
from config.kernel.uploads import hand_out_file
from organizations.access import Request, member_of
from organizations.forms.white_label import WhiteLabelForm, initial_of, shades_or_none
from organizations.services.files import stored_path
from organizations.services.white_label import (
    BLACK,
    OWN_ACCENT,
    WHITE,
    look_of_team,
    save_white_label,
    specimen_of,
)

PAGE = "organizations/white_label/form.html"


@require_http_methods(["GET", "POST"])
@member_of("admin")
def white_label(request: Request) -> HttpResponse:
    look = look_of_team()
    form = WhiteLabelForm(
        request.POST or None,
        request.FILES or None,
        has_logo=bool(look.logo),
        initial=initial_of(look, team=request.organization.name),
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_white_label(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Saved. Your clients see it from now on.")
            return redirect(request.path)
    accent = look.accent or OWN_ACCENT
    shades = shades_or_none(accent)
    context: dict[str, Any] = {
        "form": form,
        "look": look,
        "accent": accent,
        "shades": shades,
        "writes_white": shades is not None and shades.on_fill == WHITE,
        "is_changed": shades is not None
        and {shades.ink_on_light, shades.ink_on_dark} != {shades.fill},
        "black": BLACK,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, PAGE, context, status=status)


@require_GET
@member_of("admin")
def white_label_style(request: Request) -> HttpResponse:
    """The specimen's colours: a page carries no style of its own. Its query tells them apart."""
    color = look_of_team().accent or OWN_ACCENT
    response = HttpResponse(specimen_of(color), content_type="text/css")
    return response


@require_safe
@member_of("viewer")
def white_label_logo(request: Request) -> HttpResponse:
    look = look_of_team()
    if not look.logo:
        return HttpResponse(status=204)
    return hand_out_file(stored_path(look.logo), ending=look.logo.rpartition(".")[2])
