from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from config.kernel.errors import Invalid
from organizations.access import Request, member_of
from organizations.forms.team import TeamForm
from organizations.models import Organization
from organizations.services.team import update_team


@require_http_methods(["GET", "POST"])
@member_of("admin")
def team(request: Request) -> HttpResponse:
    row = Organization.objects.get()
    initial = {"name": row.name, "timezone": row.timezone}
    form = TeamForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            update_team(by=request.user, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The team is saved.")
            return redirect("organizations:team", org=request.organization.slug)
    context = {"form": form, "team": row}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/team/form.html", context, status=status)
