"""Acts of operators that ask why: the reason stands in the audit log of the team."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

SHORTEST: Final = 5

Act = Callable[[Any, HttpRequest, QuerySet[Any], str], object]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=SHORTEST,
        max_length=300,
        label="Why do you do this?",
        help_text="It is written into the audit log, which the team can read.",
        widget=forms.TextInput(attrs={"size": 32, "autofocus": True}),
    )


def reasoned(description: str, *, permissions: tuple[str, ...] = ("view",)) -> Callable[[Act], Any]:
    """An action of an admin list that asks for a reason on a page of its own before it acts."""

    def decorate(act: Act) -> Any:
        @admin.action(description=description, permissions=permissions)
        @wraps(act)
        def asked(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            form = ReasonForm(request.POST if "reason" in request.POST else None)
            if form.is_valid():
                act(page, request, queryset, form.cleaned_data["reason"])
                return None
            context = {
                **page.admin_site.each_context(request),
                "title": description,
                "form": form,
                "rows": list(queryset[:50]),
                "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
                "action": request.POST.get("action", ""),
                "across": request.POST.get("select_across", "0"),
                "opts": page.model._meta,
            }
            return TemplateResponse(request, "admin/reason.html", context)

        return asked

    return decorate
