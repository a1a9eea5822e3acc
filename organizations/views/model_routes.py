from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from config.kernel.errors import Invalid, NotFound
from organizations.access import Request, member_of
from organizations.forms.model_route import ModelRouteForm
from organizations.models import ModelRoute
from organizations.services.model_routes import delete_model_route, save_model_route
from organizations.step_up import is_recently_confirmed, recently_confirmed, to_confirmation


@require_http_methods(["GET", "POST"])
@member_of("admin")
def model_list(request: Request) -> HttpResponse:
    # Looking asks for nothing; a key, or where texts are sent to, is set by who confirmed.
    if request.method == "POST" and not is_recently_confirmed(request):
        return to_confirmation(request)
    form = ModelRouteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_model_route(values=form.values(), by=request.user)
        except Invalid as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The model is saved. The next text is written with it.")
            return redirect("organizations:model-list", org=request.organization.slug)
    routes = ModelRoute.objects.select_related("secret").order_by("purpose")
    context = {"form": form, "routes": routes}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "organizations/model/list.html", context, status=status)


@require_POST
@member_of("admin")
@recently_confirmed
def model_delete(request: Request, route: UUID) -> HttpResponse:
    row = ModelRoute.objects.filter(pk=route).first()
    if row is None:
        raise NotFound("There is no such model. It may have been removed.")
    delete_model_route(route=row, by=request.user)
    messages.success(request, "The model and its key are removed.")
    return redirect("organizations:model-list", org=request.organization.slug)
