from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings

from config import backup
from config.kernel.checks import Finding
from config.kernel.clock import ago, now
from config.kernel.tasks import record_work
from organizations.models import WorkDone

from .regions import media_folders

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=24)
OVERDUE = timedelta(hours=26)
WORK = "backup"


def back_up(root: Path) -> Path:
    """Make a backup below `root` and note the success, whose absence the doctor reports.

    Raises config.backup.BackupError; nothing half-made stays.
    """
    folder = backup.make(root, keep=settings.WARREN_BACKUP_KEEP, media=media_folders())
    record_work(WORK, at_once=True)
    log.info("backed_up", folder=str(folder))
    return folder


def back_up_if_due() -> bool:
    """The daily backup, asked for every hour; False when it is too early or switched off."""
    root = settings.WARREN_BACKUP_ROOT
    if root is None:
        return False
    last = WorkDone.objects.filter(kind=WORK).first()
    if last is not None and now() - last.finished_at < EVERY:
        return False
    back_up(Path(root))
    return True


def backup_findings() -> Iterator[Finding]:
    """What the doctor says: not that a backup failed, but that none has succeeded lately."""
    if settings.WARREN_BACKUP_ROOT is None:
        yield Finding(
            "Backups", None, "switched off", "Set WARREN_BACKUP_ROOT to a folder on another disk."
        )
        return
    last = WorkDone.objects.filter(kind=WORK).first()
    if last is None:
        yield Finding("Backups", False, "none has succeeded yet", "Run `manage.py backup`.")
        return
    is_well = now() - last.finished_at < OVERDUE
    mend = "" if is_well else "Run `manage.py backup` and read what it says; look at the worker."
    yield Finding("Backups", is_well, f"last success {ago(last.finished_at)}", mend)
