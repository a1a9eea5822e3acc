from __future__ import annotations

from django.db import models

from config.kernel.models import OrgOwned


class MediaRendition(OrgOwned):
    """A file made to fit a network's rules, or the reason why it cannot be; made once.

    `rules` names the rules that it was held against, so that new rules make a new rendition. A file
    that fits as it is points at itself.
    """

    reference = models.CharField(max_length=300)
    rules = models.CharField(max_length=64)
    fitted = models.CharField(max_length=300, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_seconds = models.FloatField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    # What was changed, or why nothing helped; for people.
    note = models.TextField(blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "reference", "rules"], name="rendition_unique"
            )
        ]

    def __str__(self) -> str:
        return self.fitted or self.problem[:60]
