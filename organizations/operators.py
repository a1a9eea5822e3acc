"""The operators' admin: plain Django, on the operator's role, every visit logged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse

from config.kernel.hooks import Registry
from config.kernel.scoping import unscoped


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of thing that waits for an operator: its words, its filtered list, and how many."""

    words: str
    url_name: str
    query: str
    count: Callable[[], int]

    @property
    def url(self) -> str:
        return f"{reverse(self.url_name)}?{self.query}"


# The admin of each app fills it; the first page shows what is not zero.
needs: Registry[Need] = Registry("what needs an operator", Need)


class OperatorSite(admin.AdminSite):
    """Every view runs unscoped, as the operator; its template is rendered before it returns."""

    site_header = "Warren operators"
    site_title = "Warren"
    index_title = "The operators' desk"
    index_template = "admin/desk.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        waiting = [(need.count(), need) for need in needs.values()]
        context = {"needs": [each for each in waiting if each[0]], **(extra_context or {})}
        return super().index(request, context)

    # The door is imported late: this module is read before the models are there.

    def has_permission(self, request: HttpRequest) -> bool:
        from organizations.sign_in.operators_door import is_sure_enough

        return super().has_permission(request) and is_sure_enough(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from organizations.sign_in.operators_door import to_what_is_missing

        return to_what_is_missing(request, is_staff=super().has_permission(request))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        return [path("find/", self.admin_view(self.find), name="find"), *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        # The admin's classes stand on this module.
        from organizations.admin.finding import found_for

        q = request.GET.get("q", "")
        context = {
            **self.each_context(request),
            "title": "Find",
            "q": q,
            "found": found_for(self, request, q),
        }
        return TemplateResponse(request, "admin/find.html", context)

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
