from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from content.models import (
    RevisionEvent,
    SharedSkill,
    SharingEvent,
    Skill,
    SkillSharingConsent,
    SkillVersion,
)
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin


@admin.register(Skill)
class SkillAdmin(OperatorAdmin):
    list_display = ["name", "organization", "status", "uses_count", "approval_rate", "defect_rate"]
    list_filter = ["status", "platform", "shares_structure"]
    list_select_related = ["organization"]
    search_fields = ["name", "organization__name"]
    readonly_fields = ["name", "task", "platform"]


@admin.register(SkillVersion)
class SkillVersionAdmin(ReadOnlyAdmin):
    list_display = ["skill", "organization", "number", "is_active", "fingerprint"]
    list_filter = ["is_active", "platform"]
    list_select_related = ["organization", "skill"]
    search_fields = ["fingerprint", "organization__name"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return ["embedding"]


@admin.register(SharedSkill)
class SharedSkillAdmin(ReadOnlyAdmin):
    """Written by the nightly promotion alone, so that the five organizations hold for each."""

    list_display = ["fingerprint", "platform", "status", "organizations_count", "uses_count"]
    list_filter = ["status", "platform"]
    search_fields = ["fingerprint"]

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        return ["embedding"]


@admin.register(SharingEvent)
class SharingEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "skill", "organizations_count", "suppressed_count"]
    list_filter = ["kind"]
    list_select_related = ["skill"]
    search_fields = ["skill__fingerprint"]


@admin.register(SkillSharingConsent)
class SkillSharingConsentAdmin(ReadOnlyAdmin):
    list_display = ["organization", "created_at", "given_by", "withdrawn_at", "withdrawn_by"]
    list_select_related = ["organization", "given_by", "withdrawn_by"]
    search_fields = ["organization__name"]


@admin.register(RevisionEvent)
class RevisionEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "kind", "classification", "confidence"]
    list_filter = ["kind", "classification"]
    list_select_related = ["organization"]
    search_fields = ["organization__name", "notes"]
