from __future__ import annotations

from django.contrib import admin

from content.models import Asset, AssetFolder, LinkPreview, Signature, Upload
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin


@admin.register(Asset)
class AssetAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "content_type", "size_bytes", "deleted_at"]
    list_filter = ["content_type", "deleted_at"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "reference", "organization__name"]


@admin.register(AssetFolder)
class AssetFolderAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "parent"]
    list_select_related = ["organization", "brand", "parent"]
    search_fields = ["name", "organization__name"]


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ["name", "organization", "user", "offset", "length", "problem", "expires_at"]
    list_select_related = ["organization", "user"]
    search_fields = ["name", "organization__name"]


@admin.register(LinkPreview)
class LinkPreviewAdmin(ReadOnlyAdmin):
    list_display = ["url", "organization", "title", "problem", "read_at"]
    list_select_related = ["organization"]
    search_fields = ["url", "title", "organization__name"]


@admin.register(Signature)
class SignatureAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "is_default"]
    list_filter = ["is_default"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "text", "organization__name"]
