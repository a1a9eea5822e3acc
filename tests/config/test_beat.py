"""Beat's table against the tasks that exist."""

from __future__ import annotations

from django.conf import settings

from config.celery import app


def test_beat_starts_only_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(app.tasks)


def test_every_sweeper_is_started_by_beat() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    verbs = ("sweep_", "reap_", "tick_")
    sweepers = {name for name in app.tasks if name.rpartition(".")[2].startswith(verbs)}
    assert sweepers <= named


def test_beat_starts_everything_that_looks_for_work() -> None:
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named == {
        "analytics.tasks.sweep_metrics",
        "analytics.tasks.sweep_skills",
        "analytics.tasks.share_skills",
        "billing.tasks.check_ledger",
        "billing.tasks.release_reservations",
        "billing.tasks.sweep_messages",
        "billing.tasks.sweep_subscriptions",
        "content.tasks.sweep_feeds",
        "brands.tasks.sweep_knowledge",
        "brands.tasks.sweep_strategy",
        "brands.tasks.sweep_voices",
        "content.tasks.sweep_materials",
        "content.tasks.sweep_models",
        "content.tasks.sweep_uploads",
        "organizations.tasks.hide_webhook_bodies",
        "organizations.tasks.prune_audit",
        "organizations.tasks.enforce_retention",
        "organizations.tasks.purge",
        "organizations.tasks.sweep_requests",
        "organizations.tasks.back_up",
        "organizations.tasks.seal_audit",
        "organizations.tasks.sweep_notifications",
        "organizations.tasks.sweep_outgoing_notices",
        "organizations.tasks.sweep_webhooks",
        "publishing.tasks.expire_pending_posts",
        "publishing.tasks.forget_visits",
        "publishing.tasks.reap_deliveries",
        "publishing.tasks.sweep_accounts",
        "publishing.tasks.sweep_client_reports",
        "publishing.tasks.sweep_deliveries",
        "publishing.tasks.sweep_evergreen",
        "publishing.tasks.sweep_imports",
        "publishing.tasks.sweep_inbox",
        "publishing.tasks.sweep_recurrences",
        "publishing.tasks.sweep_runs",
        "publishing.tasks.sweep_schedules",
    }


def test_a_message_that_nobody_took_expires_before_it_is_of_no_use() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert 0 < entry["options"]["expires"] == entry["schedule"] <= 3_600


def test_the_queue_is_never_trusted_with_more_than_a_hint() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    visibility = app.conf.broker_transport_options["visibility_timeout"]
    assert visibility > app.conf.task_time_limit > app.conf.task_soft_time_limit
