"""What the worker does for publishing. Messages are hints that carry ids: what is due is rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint

from .autopilot.tasks import (
    compare_composition,
    do_run,
    expire_pending_posts,
    remember_post,
    sweep_runs,
    sweep_schedules,
)
from .delivery import pulse, sweep
from .services import (
    connecting,
    evergreen_filling,
    feed,
    imports,
    inbox_feeds,
    inbox_sending,
    inbox_sweep,
    links_visits,
    portal_reports,
    recurrences,
    renditions,
    upkeep,
)

__all__ = [
    "compare_composition",
    "deliver_batch",
    "deliver_delivery",
    "do_run",
    "expire_pending_posts",
    "fit_post_media",
    "forget_visits",
    "look_after_account",
    "make_post_import",
    "read_inbox_feed",
    "reap_deliveries",
    "remember_post",
    "send_inbox_answer",
    "sweep_accounts",
    "sweep_client_reports",
    "sweep_deliveries",
    "sweep_evergreen",
    "sweep_imports",
    "sweep_recurrences",
    "sweep_inbox",
    "sweep_runs",
    "sweep_schedules",
]

pulse.start_with_workers()


@app.task(name="publishing.tasks.sweep_deliveries")
def sweep_deliveries() -> int:
    """Hand every due delivery to the workers."""
    return sweep.sweep_due()


@app.task(name="publishing.tasks.reap_deliveries")
def reap_deliveries() -> int:
    """Take up what dead workers left behind."""
    return sweep.reap()


@app.task(base=OrgTask, name="publishing.tasks.deliver_delivery")
def deliver_delivery(organization_id: str, delivery_id: str) -> None:
    """Deliver one post that is due now. Safe to run twice."""
    sweep.deliver(delivery_ids=[UUID(delivery_id)])


@app.task(name="publishing.tasks.deliver_batch")
def deliver_batch(work: list[tuple[str, list[str]]]) -> int:
    """Deliver due posts of several organizations: (organization, deliveries). Safe to run twice."""
    return sweep.run([(UUID(owner), [UUID(pk) for pk in pks]) for owner, pks in work])


@app.task(name="publishing.tasks.forget_visits")
def forget_visits() -> int:
    """Delete what told visitors of hosted pages and short links apart, once their day is over."""
    return feed.forget_visits() + links_visits.forget_link_visits()


@app.task(name="publishing.tasks.sweep_recurrences")
def sweep_recurrences() -> int:
    """Make the posts of everything that repeats within the next days."""
    return recurrences.sweep_recurrences()


@app.task(name="publishing.tasks.sweep_client_reports")
def sweep_client_reports() -> int:
    """Mail the reports that clients get by themselves."""
    return portal_reports.sweep_client_reports()


@app.task(name="publishing.tasks.sweep_evergreen")
def sweep_evergreen() -> int:
    """Fill the next day's empty slots of queues that take from their pool."""
    return evergreen_filling.sweep_evergreen()


@app.task(name="publishing.tasks.sweep_imports")
def sweep_imports() -> int:
    """Make the posts of files that somebody confirmed."""
    return imports.sweep_imports()


@app.task(base=OrgTask, name="publishing.tasks.make_post_import")
def make_post_import(organization_id: str, import_id: str) -> None:
    """Make the posts of one file, or take them back. Safe to run twice."""
    imports.carry_on(UUID(organization_id), UUID(import_id))


@app.task(name="publishing.tasks.sweep_accounts")
def sweep_accounts() -> int:
    """Have every account looked after that is due, and forget attempts to connect that ended."""
    connecting.forget_attempts()
    due = upkeep.due_accounts()
    for row in due:
        hint(look_after_account, str(row.organization_id), str(row.id))
    return len(due)


@app.task(base=OrgTask, name="publishing.tasks.look_after_account")
def look_after_account(organization_id: str, account_id: str) -> None:
    """Renew the access of one account ahead of its end, or check it. Safe to run twice."""
    upkeep.look_after(account_id=UUID(account_id))


@app.task(name="publishing.tasks.sweep_inbox")
def sweep_inbox() -> int:
    """Hand out accounts that are due to be read and answers that are due to be sent."""
    return inbox_sweep.sweep(read_inbox_feed, send_inbox_answer)


@app.task(base=OrgTask, name="publishing.tasks.read_inbox_feed")
def read_inbox_feed(organization_id: str, feed_id: str) -> None:
    """Read what people said to one account. Safe to run twice."""
    inbox_feeds.read_feed(feed_id=UUID(feed_id))


@app.task(base=OrgTask, name="publishing.tasks.send_inbox_answer")
def send_inbox_answer(organization_id: str, message_id: str) -> None:
    """Send one answer that is due. Safe to run twice."""
    inbox_sending.send_answer(message_id=UUID(message_id))


@app.task(base=OrgTask, name="publishing.tasks.fit_post_media")
def fit_post_media(organization_id: str, post_id: str) -> None:
    """Make the pictures and videos of one post fit its network. Safe to run twice."""
    renditions.fit_post(post_id=UUID(post_id))
