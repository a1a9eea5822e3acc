from __future__ import annotations

from django.contrib import admin

from content.models import ContentTemplate, HashtagSet, PostConfiguration
from organizations.admin.base import OperatorAdmin


@admin.register(ContentTemplate)
class ContentTemplateAdmin(OperatorAdmin):
    list_display = ["name", "organization", "kind", "platform", "status", "use_count"]
    list_filter = ["kind", "status"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]


@admin.register(HashtagSet)
class HashtagSetAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "use_count"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "organization__name"]


@admin.register(PostConfiguration)
class PostConfigurationAdmin(OperatorAdmin):
    list_display = ["name", "organization", "brand", "is_default", "voice_minimum", "use_count"]
    list_filter = ["is_default", "requires_guards"]
    list_select_related = ["organization", "brand"]
    search_fields = ["name", "organization__name"]
