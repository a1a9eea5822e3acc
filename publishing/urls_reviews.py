"""Addresses of approvals: asking for changes, talking, versions, several at once, the workflow."""

from __future__ import annotations

from django.urls import path

from .views import approvals, approvals_figures, approvals_several, comments, versions, workflows

APPROVAL = "approvals/<uuid:pending>/"

urlpatterns = [
    path("brands/<uuid:brand>/approval/", workflows.workflow_edit, name="workflow-edit"),
    path("approvals/several/", approvals_several.approval_several, name="approval-several"),
    path(
        "approvals/several/withdrawal/",
        approvals_several.approval_several_undo,
        name="approval-several-undo",
    ),
    path("approvals/figures/", approvals_figures.approval_figures, name="approval-figures"),
    path(f"{APPROVAL}changes/", approvals.approval_changes, name="approval-changes"),
    path(f"{APPROVAL}talk/", comments.approval_talk, name="approval-talk"),
    path(f"{APPROVAL}comments/", comments.comment_create, name="comment-create"),
    path(f"{APPROVAL}comments/<uuid:comment>/", comments.comment_edit, name="comment-edit"),
    path(
        f"{APPROVAL}comments/<uuid:comment>/deletion/",
        comments.comment_delete,
        name="comment-delete",
    ),
    path(f"{APPROVAL}versions/", versions.version_compare, name="version-compare"),
    path(
        f"{APPROVAL}versions/<uuid:revision>/restoration/",
        versions.version_restore,
        name="version-restore",
    ),
]
