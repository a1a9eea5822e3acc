"""Seeing a team's pages as one of its members does: asked for with a reason, from a membership."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from config.kernel.errors import DomainError, Invalid
from config.kernel.scoping import scope
from organizations.models import Membership, User
from organizations.services.visits import SHORTEST_REASON, VISIT_MINUTES, start_visit

from .base import OperatorAdmin


class VisitForm(forms.Form):
    reason = forms.CharField(
        min_length=SHORTEST_REASON,
        max_length=300,
        label="Why do you visit?",
        help_text="The team's owner is told of it at once, and its audit log keeps it.",
        widget=forms.TextInput(attrs={"size": 32, "autofocus": True}),
    )
    may_change = forms.BooleanField(
        required=False,
        label="May change things",
        help_text="Leave it off to look only. Whatever is changed is written down as the staff's.",
    )


class VisitedMembership(OperatorAdmin):
    """The memberships' pages with the way into the team's."""

    change_form_template = "admin/organizations/membership/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        visit = self.admin_site.admin_view(self.visit)
        mine = path("<uuid:pk>/visit/", visit, name="organizations_membership_visit")
        return [mine, *super().get_urls()]

    def visit(self, request: HttpRequest, pk: Any) -> HttpResponse:
        row = self.get_queryset(request).select_related("user", "organization").filter(pk=pk)
        member: Membership | None = row.first()
        if member is None or not self.has_view_permission(request, member):
            raise Http404
        form = VisitForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and _started(request, member, form):
            return redirect("analytics:home", org=member.organization.slug)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Visit {member.organization} as {member.user}",
            "member": member,
            "minutes": VISIT_MINUTES,
            "form": form,
            "opts": Membership._meta,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(
            request, "admin/organizations/membership/visit.html", context, status=status
        )


def _started(request: HttpRequest, member: Membership, form: VisitForm) -> bool:
    assert isinstance(request.user, User)
    try:
        with scope(member.organization_id):
            fresh = Membership(pk=member.pk, organization_id=member.organization_id)
            fresh.user_id, fresh._state.adding = member.user_id, False
            start_visit(membership=fresh, by=request.user, **form.cleaned_data)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    except DomainError as error:
        form.add_error(None, error.message)
    return form.is_valid()
