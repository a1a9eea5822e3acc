"""What this app tells the layers below it: keys, models of one's own, and where work is noted."""

from __future__ import annotations

from django.db.models import F

from config import liveness
from config.backup import after_restore
from config.kernel.checks import doctor_checks
from config.kernel.clock import now
from config.kernel.llm.routes import own_keys, route_policy, route_source
from config.kernel.tasks import SWEEPS, WorkRecorder, work_recorder
from config.kernel.vault import key_store

from .models import WorkDone
from .notices import team
from .notices.kinds import register_kinds
from .notices.restored import hold_mail
from .notices.telling import tell
from .privacy import erasure, foreign, retention, tables, worker  # noqa: F401
from .privacy.purge import erasers
from .privacy.subjects import file_sources
from .services import sign_in_records
from .services.audit import on_record
from .services.backups import backup_findings
from .services.data_keys import DataKeyTable
from .services.files import delete_all_stored, stored_files
from .services.model_routes import LentKeys, OwnRoutes
from .services.regions import RegionPolicy
from .trail import own_words  # noqa: F401
from .trail.checks import retention_findings
from .webhooks import events  # noqa: F401
from .webhooks.outbox import enqueue
from .webhooks.restored import hold_messages


class WorkTable(WorkRecorder):
    """Writes the last finished work of each kind into one row a kind."""

    def finished(self, kind: str, count: int) -> None:
        if kind not in SWEEPS:
            liveness.work_done()
        if self._add(kind, count):
            return
        first = {"finished_at": now(), "count": count}
        # Two workers may both be the first of a kind.
        if not WorkDone.objects.get_or_create(kind=kind, defaults=first)[1]:
            self._add(kind, count)

    def _add(self, kind: str, count: int) -> int:
        row = WorkDone.objects.filter(kind=kind)
        return row.update(finished_at=now(), count=F("count") + count)


doctor_checks.register("audit", retention_findings)
doctor_checks.register("retention", retention.retention_findings)
doctor_checks.register("erasures", worker.failing_findings)
doctor_checks.register("backups", backup_findings)
work_recorder.fill(WorkTable())
key_store.fill(DataKeyTable())
route_source.fill(OwnRoutes())
own_keys.fill(LentKeys())
route_policy.fill(RegionPolicy())
register_kinds(team.KINDS)
on_record.register("notices", tell)
sign_in_records.connect()
on_record.register("webhooks", enqueue)
after_restore.register("webhooks", hold_messages)
after_restore.register("notices", hold_mail)
file_sources.register("uploads", stored_files)
erasers.register("organizations.organization", lambda organization: delete_all_stored())
