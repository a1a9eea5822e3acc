"""Models and agents as operators set them, with a form to try an agent out before saving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import router, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from config.kernel.errors import Invalid
from config.kernel.llm.agents import every_agent
from content.forms.agent import (
    LanguageModelForm,
    OrganizationSettingForm,
    SettingForm,
    TrialForm,
)
from content.models import (
    AgentSetting,
    LanguageModel,
    ModelDiscovery,
    OrganizationAgentSetting,
)
from content.services.agent_options import as_options, stored_options
from content.services.agent_trials import Trial, try_agent
from content.services.model_registry import ensure_models, registry_defaults
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin

OPTION_FIELDS = ("model", "temperature", "max_tokens", "instructions", "retries", "is_enabled")


@admin.register(LanguageModel)
class LanguageModelAdmin(OperatorAdmin):
    form = LanguageModelForm
    list_display = [
        "name", "provider", "kind", "is_active", "is_default", "price", "context_tokens",
        "validated_at",
    ]  # fmt: skip
    list_filter = ["provider", "kind", "is_active", "is_default"]
    search_fields = ["name", "provider"]
    readonly_fields = ["discovered_at", "validated_at"]

    @admin.display(description="dollars a million tokens, in and out")
    def price(self, row: LanguageModel) -> str:
        into, out = row.input_micros_per_million, row.output_micros_per_million
        if into is None or out is None:
            return "unknown"
        return f"{into / 1_000_000:.2f} / {out / 1_000_000:.2f}"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        ensure_models()
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with transaction.atomic(using=router.db_for_write(LanguageModel)):
            if obj.is_default:
                same = LanguageModel.objects.filter(provider=obj.provider, kind=obj.kind)
                same.exclude(pk=obj.pk).update(is_default=False)
            super().save_model(request, obj, form, change)
        registry_defaults.forget()


@admin.register(ModelDiscovery)
class ModelDiscoveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "status", "found_count", "new", "gone", "unread", "duration_ms"]
    list_filter = ["status"]
    search_fields = ["errors", "added"]

    @admin.display(description="new")
    def new(self, row: ModelDiscovery) -> int:
        return len(row.added)

    @admin.display(description="gone")
    def gone(self, row: ModelDiscovery) -> int:
        return len(row.deactivated)

    @admin.display(description="lists unread")
    def unread(self, row: ModelDiscovery) -> int:
        return len(row.errors)


class SettingAdmin(OperatorAdmin):
    """What both tables of agents' options share."""

    list_filter = ["agent", "is_enabled"]
    search_fields = ["agent", "model"]

    @admin.display(description="try it")
    def trial(self, row: Any) -> str:
        address = reverse("admin:content_agentsetting_trial", args=[row.agent])
        return format_html('<a href="{}">Try it</a>', f"{address}?from={row.pk}")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        stored_options.forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        stored_options.forget()


@admin.register(AgentSetting)
class AgentSettingAdmin(SettingAdmin):
    form = SettingForm
    list_display = ["agent", "model", "temperature", "max_tokens", "retries", "is_enabled", "trial"]
    change_list_template = "admin/content/agentsetting/change_list.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rows = {row.agent: row for row in AgentSetting.objects.all()}
        known = [(spec, rows.get(name)) for name, spec in every_agent().items()]
        return super().changelist_view(request, {"known_agents": known, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.try_it)
        mine = path("try/<slug:agent>/", view, name="content_agentsetting_trial")
        return [mine, *super().get_urls()]

    def try_it(self, request: HttpRequest, agent: str) -> HttpResponse:
        spec = every_agent().get(agent)
        if spec is None or not self.has_change_permission(request):
            raise Http404
        given = request.POST if request.method == "POST" else None
        form = TrialForm(spec, given, initial=_saved(agent, request.GET.get("from", "")))
        trial = _tried(form) if form.is_bound and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Try the agent {agent.replace('_', ' ')}",
            "spec": spec,
            "form": form,
            "trial": trial,
            "opts": AgentSetting._meta,
        }
        is_wrong = form.is_bound and trial is None
        return TemplateResponse(
            request,
            "admin/content/agentsetting/trial.html",
            context,
            status=422 if is_wrong else 200,
        )


@admin.register(OrganizationAgentSetting)
class OrganizationAgentSettingAdmin(SettingAdmin):
    form = OrganizationSettingForm
    list_display = [
        "agent", "organization", "model", "temperature", "max_tokens", "retries", "is_enabled",
        "trial",
    ]  # fmt: skip
    list_select_related = ["organization"]
    search_fields = ["agent", "model", "organization__name"]
    fields = [
        "team", "agent", "model", "temperature", "max_tokens", "instructions", "retries",
        "is_enabled",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        # Unlike a team's own rows, these are made by operators alone.
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self.note_change(request, obj, form.changed_data)


def _saved(agent: str, chosen: str) -> dict[str, Any]:
    """What the form begins with: the row that one came from, else the installation's, else the
    agent's file."""
    row: Any = None
    if _is_id(chosen):
        rows = OrganizationAgentSetting._base_manager.using("operator")
        row = rows.select_related("organization").filter(pk=chosen, agent=agent).first()
    row = row or AgentSetting.objects.filter(agent=agent).first()
    if row is None:
        return {"is_enabled": True}
    organization = getattr(row, "organization", None)
    options = as_options(row)
    return {
        **{name: getattr(options, name) for name in OPTION_FIELDS},
        "organization": organization.slug if organization else "",
    }


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _tried(form: TrialForm) -> Trial | None:
    try:
        values = form.values
    except Invalid as error:
        name = f"input_{error.field}"
        form.add_error(name if name in form.fields else None, error.message)
        return None
    team = form.cleaned_data["organization"]
    return try_agent(
        spec=form.spec,
        values=values,
        options=form.options,
        organization_id=team.pk if team is not None else None,
    )
