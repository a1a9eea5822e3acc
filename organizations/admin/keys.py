from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.kernel.errors import Invalid
from organizations.models import (
    ApiKey,
    ApiUsage,
    AppSetting,
    DataKey,
    IdempotentRequest,
    InstallationKey,
    IntegrationConnection,
    ModelRoute,
    ProviderSecret,
    User,
)
from organizations.services.app_settings import (
    Declared,
    app_settings,
    checked_value,
    reset_setting,
    save_setting,
    setting_lines,
)

from .base import OperatorAdmin, ReadOnlyAdmin


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    list_display = ["organization", "version", "created_at", "retired_at"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(ModelRoute)
class ModelRouteAdmin(OperatorAdmin):
    # Which key goes where is the team's to say.
    readonly_fields = ["secret"]
    list_display = ["organization", "purpose", "provider", "model", "is_free"]
    list_filter = ["provider"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "model"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "prefix", "organization", "created_by", "expires_at", "last_used_at"]
    list_select_related = ["organization", "created_by"]
    search_fields = ["name", "prefix", "organization__name"]


@admin.register(ApiUsage)
class ApiUsageAdmin(ReadOnlyAdmin):
    list_display = ["month", "organization", "requests"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "api_key", "status"]
    list_select_related = ["organization", "api_key"]
    search_fields = ["organization__name", "key"]


@admin.register(ProviderSecret)
class ProviderSecretAdmin(ReadOnlyAdmin):
    list_display = ["organization", "service", "hint", "is_active", "last_used_at"]
    list_filter = ["service", "is_active"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "service"]


@admin.register(IntegrationConnection)
class IntegrationConnectionAdmin(ReadOnlyAdmin):
    list_display = ["organization", "service", "status", "checked_at", "error_message"]
    list_filter = ["service", "status"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "service"]


class AppSettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Knows the declared settings: a value of another type is refused, a secret one never shown."""

    key = forms.ChoiceField(
        choices=lambda: [(name, name) for name in app_settings], label="Setting"
    )
    value = forms.CharField(required=False, widget=forms.TextInput(attrs={"size": 60}))

    class Meta:
        model = AppSetting
        fields = ["key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            key = str(self.data.get("key") or self.initial.get("key") or "")
        else:
            key = self.instance.key
            self.fields["key"] = forms.CharField(disabled=True, initial=key, label="Setting")
        self._know(app_settings.get(key), key)

    def _know(self, declared: Declared | None, key: str) -> None:
        value = self.fields["value"]
        if declared is not None:
            value.help_text = declared.about
            if declared.is_secret:
                value.widget = forms.PasswordInput(attrs={"autocomplete": "off"})
            elif not self.instance._state.adding:
                self.initial["value"] = self.instance.value
        elif key:
            value.disabled = True
            value.help_text = "Nothing reads this setting any more."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        declared = app_settings.get(given.get("key", ""))
        if declared is None or "value" not in given:
            return given
        if self.instance._state.adding and AppSetting.objects.filter(key=declared.key).exists():
            self.add_error("key", "It is set already. Change it in the list.")
            return given
        try:
            checked_value(declared, given["value"])
        except Invalid as error:
            self.add_error("value", error.message)
        return given


@admin.register(AppSetting)
class AppSettingAdmin(OperatorAdmin):
    form = AppSettingForm
    fields = ["key", "value", "updated_by", "updated_at"]
    readonly_fields = ["updated_by", "updated_at"]
    list_display = ["key", "shown", "updated_at", "updated_by"]
    list_select_related = ["updated_by"]
    search_fields = ["key"]
    actions = ["reset"]
    change_list_template = "admin/app_setting_list.html"

    @admin.display(description="value")
    def shown(self, row: AppSetting) -> str:
        return next((each.shown for each in setting_lines() if each.declared.key == row.key), "")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        context = {**(extra_context or {}), "lines": setting_lines()}
        return super().changelist_view(request, context)

    def save_model(self, request: HttpRequest, obj: AppSetting, form: Any, change: bool) -> None:
        given = form.cleaned_data
        row = save_setting(key=given["key"], value=given["value"], by=cast(User, request.user))
        # The admin's own history names the row that was asked for.
        obj.pk = row.pk
        obj.refresh_from_db()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        return actions if self.has_change_permission(request) else {}

    @admin.action(description="Reset to the environment or the default")
    def reset(self, request: HttpRequest, queryset: QuerySet[AppSetting]) -> None:
        keys = [row.key for row in queryset]
        self.log_deletions(request, queryset)
        for key in keys:
            reset_setting(key=key)
        self.message_user(request, "Reset. Every process knows within 5 seconds.")


@admin.register(InstallationKey)
class InstallationKeyAdmin(ReadOnlyAdmin):
    list_display = ["version", "created_at", "retired_at"]
    search_fields = ["version"]
