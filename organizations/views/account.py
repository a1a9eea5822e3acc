from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from organizations.access import Request, member_of
from organizations.forms.organization import ProfileForm


@require_http_methods(["GET", "POST"])
@member_of("viewer")
def account(request: Request) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("organizations:account", org=request.organization.slug)
    return TemplateResponse(request, "organizations/account/show.html", {"form": form})
