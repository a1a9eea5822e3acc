from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from config.kernel.errors import Invalid
from organizations.access import Request, public, signed_in
from organizations.forms.organization import OrganizationForm
from organizations.models import User
from organizations.selectors import belongings_of_user
from organizations.services.organizations import found_organization

from .invitations import way_back


@require_GET
@public
def home(request: HttpRequest) -> HttpResponse:
    """The front door: to the team of the last visit, to founding one, or to the first account."""
    if not request.user.is_authenticated:
        somebody = User.objects.exists()
        return redirect("account_login" if somebody else "account_signup")
    if invited := way_back(request):
        return invited
    belongings = belongings_of_user(request.user.pk)
    if not belongings:
        return redirect("organizations:organization-create")
    last = request.session.get("organization")
    chosen = next((each for each in belongings if each.slug == last), belongings[0])
    return redirect("analytics:home", org=chosen.slug)


@require_GET
@signed_in
def organization_list(request: Request) -> HttpResponse:
    part = "#switch" if request.headers.get("HX-Request") else ""
    context = {
        "belongings": belongings_of_user(request.user.pk),
        "last": request.session.get("organization"),
    }
    return render(request, f"organizations/organization/list.html{part}", context)


@require_http_methods(["GET", "POST"])
@signed_in
def organization_create(request: Request) -> HttpResponse:
    form = OrganizationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                organization = found_organization(owner=request.user, **form.cleaned_data)
            except Invalid as error:
                form.add_error(error.field, error.message)
            else:
                request.session["organization"] = organization.slug
                return redirect(reverse("analytics:home", kwargs={"org": organization.slug}))
    return render(request, "organizations/organization/form.html", {"form": form}, status=status)
