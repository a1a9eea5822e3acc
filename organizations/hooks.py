"""What this app tells the layers below it: keys, models of one's own, and where work is noted."""

from __future__ import annotations

from django.db.models import F

from config.kernel.clock import now
from config.kernel.llm.routes import route_source
from config.kernel.tasks import WorkRecorder, work_recorder
from config.kernel.vault import key_store

from .models import WorkDone
from .services.data_keys import DataKeyTable
from .services.model_routes import OwnRoutes


class WorkTable(WorkRecorder):
    """Writes the last finished work of each kind into one row a kind."""

    def finished(self, kind: str, count: int) -> None:
        moment = now()
        changed = WorkDone.objects.filter(kind=kind).update(
            finished_at=moment, count=F("count") + count
        )
        if not changed:
            WorkDone.objects.get_or_create(
                kind=kind, defaults={"finished_at": moment, "count": count}
            )


work_recorder.fill(WorkTable())
key_store.fill(DataKeyTable())
route_source.fill(OwnRoutes())
