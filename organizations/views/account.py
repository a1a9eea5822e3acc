from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from organizations.access import Request, member_of
from organizations.forms.organization import ProfileForm
from organizations.services.profile import update_profile


@require_http_methods(["GET", "POST"])
@member_of("viewer")
def account(request: Request) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        update_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("organizations:account", org=request.organization.slug)
    status = 422 if form.errors else 200
    return TemplateResponse(
        request, "organizations/account/show.html", {"form": form}, status=status
    )
