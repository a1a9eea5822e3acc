"""The operators' admin: plain Django, on the operator's role, every visit logged."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from config.kernel.scoping import unscoped


class OperatorSite(admin.AdminSite):
    """Every view runs unscoped, as the operator; its template is rendered before it returns."""

    site_header = "Warren operators"
    site_title = "Warren"
    index_title = "Everything that is stored"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @wraps(view)
        def as_operator(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with unscoped(f"admin {request.method} {request.path} by {request.user.pk}"):
                response: HttpResponse = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                return response

        return super().admin_view(as_operator, cacheable)


class OperatorAdminConfig(AdminConfig):
    default_site = "organizations.operators.OperatorSite"
