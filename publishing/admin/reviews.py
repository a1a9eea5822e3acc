"""Who approves, who signed, what was said and what a post said earlier: for operators to read."""

from __future__ import annotations

from django.contrib import admin

from organizations.admin.base import ReadOnlyAdmin
from publishing.models import PostComment, PostVersion, SignOff, Workflow, WorkflowStep


@admin.register(Workflow)
class WorkflowAdmin(ReadOnlyAdmin):
    list_display = ["brand", "organization", "mode", "lets_author_approve", "window_days"]
    list_filter = ["mode"]
    list_select_related = ["organization", "brand"]
    search_fields = ["brand__name", "organization__name"]


@admin.register(WorkflowStep)
class WorkflowStepAdmin(ReadOnlyAdmin):
    list_display = ["workflow", "organization", "number", "name", "kind", "rule"]
    list_filter = ["kind", "rule"]
    list_select_related = ["organization", "workflow"]
    search_fields = ["name", "organization__name"]


@admin.register(SignOff)
class SignOffAdmin(ReadOnlyAdmin):
    list_display = [
        *("created_at", "organization", "step_name", "answer", "user", "client_name"),
        "voided_at",
    ]
    list_filter = ["answer"]
    list_select_related = ["organization", "user"]
    search_fields = ["step_name", "client_name", "user__email", "organization__name"]


@admin.register(PostComment)
class PostCommentAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "author", "client_name", "is_for_client"]
    list_filter = ["is_for_client"]
    list_select_related = ["organization", "author"]
    search_fields = ["body", "client_name", "author__email", "organization__name"]


@admin.register(PostVersion)
class PostVersionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "organization", "number", "author", "author_name", "reason"]
    list_select_related = ["organization", "author"]
    search_fields = ["reason", "author_name", "author__email", "organization__name"]
