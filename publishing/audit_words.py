"""How the acts of this app are called in the audit log."""

from __future__ import annotations

from organizations.trail.words import AuditTarget, add_words

add_words(
    {
        "post.written": "wrote a post",
        "post.created": "made a draft",
        "post.submitted": "put a post up for approval",
        "post.approved": "approved a post",
        "post.auto_approved": "approved a post",
        "post.approval_withdrawn": "took an approval back",
        "post.rejected": "rejected a post",
        "post.reopened": "reopened a post",
        "post.edited": "edited a post",
        "post.rescheduled": "moved a post to another time",
        "post.variation_selected": "chose another variation of a post",
        "post.regeneration_started": "asked for new variations of a post",
        "post.regenerated": "wrote new variations of a post",
        "posts.held": "held back posts that were due before a restored backup",
        "posts.expired": "let posts expire that nobody had decided on",
        "delivery.scheduled": "scheduled a post",
        "delivery.cancelled": "took a post out of the queue",
        "delivery.published": "published a post",
        "delivery.failed": "could not publish a post",
        "delivery.unknown": "could not tell whether a post went out",
        "delivery.due_by_hand": "asked somebody to post by hand",
        "delivery.part_due_by_hand": "asked somebody to post a later part by hand",
        "delivery.missed": "kept back a post that was too late",
        "delivery.part_published": "put a part of a thread or a comment under a post",
        "delivery.part_failed": "could not publish a part of a thread or a comment",
        "delivery.part_unknown": "could not tell whether a part of a thread or a comment went out",
        "delivery.part_missed": "kept back a part of a thread or a comment that was too late",
        "delivery.part_cancelled": "took a part of a thread or a comment out of the queue",
        "delivery.part_resent": "had a part of a thread or a comment sent again",
        "delivery.checked_again": "looked again whether a post went out",
        "delivery.settled": "decided what became of a post",
        "account.connected": "connected a channel",
        "account.disconnected": "disconnected a channel",
        "account.needs_reconnect": "found a channel signed out",
        "account.recovered": "found a channel well again",
        "account.access_ending": "saw that a channel's access ends soon",
        "account.options_saved": "changed what posts of a channel say by default",
        "account.checked": "had a channel looked at",
        "account.linked": "let a brand use a channel",
        "account.unlinked": "took a channel from a brand",
        "account.paused": "paused a channel",
        "account.resumed": "resumed a channel",
        "schedule.created": "added a schedule",
        "schedule.updated": "changed a schedule",
        "schedule.paused": "paused a schedule",
        "schedule.resumed": "resumed a schedule",
        "schedule.deleted": "deleted a schedule",
        "schedule.exhausted": "put a schedule to sleep for want of material",
        "schedule.woken": "woke a schedule",
        "schedule.runs_missed": "missed runs of a schedule",
        "run.started": "started a turn of the agent",
        "run.done": "finished a turn",
        "run.failed": "could not finish a turn",
        "run.skipped": "had nothing to do in a turn",
        "staff.settled": "settled a post as not sent",
        "staff.checked_again": "looked again whether a post went out",
    },
    {
        "publishing.pendingpost": AuditTarget(
            "Post", "content", "publishing:approval-show", "pending"
        ),
        "publishing.delivery": AuditTarget(
            "Delivery", "pending_post__content", "publishing:delivery-show", "delivery"
        ),
        "publishing.post": AuditTarget("Published post", "content", "analytics:post-show", "post"),
        "publishing.socialaccount": AuditTarget(
            "Channel", "name", "publishing:channel-show", "account"
        ),
        "publishing.schedule": AuditTarget(
            "Schedule", "name", "publishing:schedule-show", "schedule"
        ),
        "publishing.autopilotrun": AuditTarget(
            "Turn of the agent", "brand__name", "publishing:run-show", "run"
        ),
    },
)
