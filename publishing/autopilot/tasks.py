"""What the worker does for the autopilot. Messages are hints: what is due stands in rows."""

from __future__ import annotations

from uuid import UUID

from config.celery import app
from config.kernel.tasks import OrgTask, hint, record_work
from publishing.services.pending_posts import expire_posts
from publishing.services.reminders import remind_posts

from . import scheduler, sweep


@app.task(name="publishing.tasks.sweep_schedules")
def sweep_schedules() -> int:
    """Queue the runs that schedules owe, and have them done."""
    done = scheduler.tick()
    record_work("schedule_tick", max(done.due, 1), at_once=True)
    return sweep_runs() if done.queued else 0


@app.task(name="publishing.tasks.sweep_runs")
def sweep_runs() -> int:
    """Hand every due run to the workers; those that a worker has are left alone."""
    due = sweep.due_runs()
    return sum(hint(do_run, str(row.organization_id), str(row.id)) for row in due)


@app.task(base=OrgTask, name="publishing.tasks.do_run")
def do_run(organization_id: str, run_id: str) -> None:
    """Do one run. Safe to run twice."""
    sweep.do_run(UUID(organization_id), UUID(run_id))


@app.task(name="publishing.tasks.expire_pending_posts")
def expire_pending_posts() -> int:
    """Remind of posts that expire soon, and let those expire that nobody decided on in time."""
    remind_posts()
    return expire_posts()


@app.task(base=OrgTask, name="publishing.tasks.remember_post")
def remember_post(organization_id: str, post_id: str) -> None:
    """Let duplicate checks know a post's words as they stand now. Safe to run twice."""
    # The embedder and its libraries stay out of the web processes, which only send the hint.
    from publishing.services.remembering import remember_words

    remember_words(post_id=UUID(post_id))


@app.task(base=OrgTask, name="publishing.tasks.compare_composition")
def compare_composition(organization_id: str, composition_id: str) -> None:
    """Note what a draft repeats. Safe to run twice."""
    from publishing.services.comparing import compare

    compare(composition_id=UUID(composition_id))
