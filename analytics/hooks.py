"""What this app tells the layers below it: how the installation's work goes, for the doctor."""

from __future__ import annotations

from collections.abc import Iterator

from config.kernel.checks import Finding, doctor_checks
from content.services.upward import skill_chart

from . import audit_words, privacy  # noqa: F401
from .selectors.skills import series_of_skill
from .selectors.status import installation_status


def work_findings() -> Iterator[Finding]:
    """The same judgement as `/status`."""
    found = installation_status()
    if found.is_working:
        ages = [age for age in found.oldest_due_seconds.values() if age is not None]
        oldest = f"the oldest due row waits for {max(ages):.0f} s" if ages else "nothing waits"
        yield Finding("Work", True, oldest)
        return
    age = found.oldest_due_seconds[str(found.late)]
    yield Finding(
        "Work",
        False,
        f"Work of the kind {found.late} is due for {age:.0f} s, and nothing was finished for two "
        "minutes.",
        "Read the lines on worker and beat, and var/log/worker.log; restart the worker.",
    )


doctor_checks.register("work", work_findings)
skill_chart.fill(series_of_skill)
