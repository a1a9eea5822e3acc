from __future__ import annotations

from django.db import models


class WorkDone(models.Model):
    """When a unit of work of each kind was last finished: liveness is work done, not a process up.

    Of the installation, not of a tenant: it holds a kind, a time and a count.
    """

    kind = models.CharField(primary_key=True, max_length=40)
    finished_at = models.DateTimeField()
    count = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "work done"

    def __str__(self) -> str:
        return self.kind
