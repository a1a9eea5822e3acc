from __future__ import annotations

from django.contrib import admin

from organizations.models import (
    ApiKey,
    AppSetting,
    DataKey,
    IdempotentRequest,
    InstallationKey,
    IntegrationConnection,
    ModelRoute,
    ProviderSecret,
)

from .base import OperatorAdmin, ReadOnlyAdmin


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    list_display = ["organization", "version", "created_at", "retired_at"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(ModelRoute)
class ModelRouteAdmin(OperatorAdmin):
    list_display = ["organization", "purpose", "provider", "model", "is_free"]
    list_filter = ["provider"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "model"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "prefix", "organization", "created_by", "expires_at", "last_used_at"]
    list_select_related = ["organization", "created_by"]
    search_fields = ["name", "prefix", "organization__name"]


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


@admin.register(AppSetting)
class AppSettingAdmin(OperatorAdmin):
    list_display = ["key", "value", "updated_at", "updated_by"]
    list_select_related = ["updated_by"]
    search_fields = ["key"]


@admin.register(InstallationKey)
class InstallationKeyAdmin(ReadOnlyAdmin):
    list_display = ["version", "created_at", "retired_at"]
    search_fields = ["version"]
