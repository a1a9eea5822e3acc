"""A brand whose voice is written with, with a draft that waits; another one that is being read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from brands.models import BrandProfile, BrandVoice, VoiceScore
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

# Means of thirteen weeks, the last one first; it fell in the last month.
WEEKS = (0.74, 0.78, 0.81, 0.8, 0.88, 0.9, 0.93, 0.91, 0.92, 0.95, 0.94, 0.96, 0.93)


def voices(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        make.brand_voice(world.brand, version=3, confirmed_by=world.owner)
        make.brand_voice(world.brand, version=4, status=BrandVoice.Status.DRAFT)
        analysis = make.voice_analysis(world.brand)
        make.saved_voice(name="Harbour, as of spring", brand=world.brand)
        saved = make.saved_voice(name="Quiet and exact", is_default=True)
        _scores(world.brand)
        reading = BrandProfile.objects.get(name="Kiln & Crumb")
        make.voice_analysis(
            reading,
            status="running",
            result=None,
            finished_at=None,
            step="Read page 3 of at most 8 of kilnandcrumb.example",
            pages=[
                {"url": f"https://kilnandcrumb.example/{n}", "title": "", "error": ""}
                for n in "abc"
            ],
        )
    return {"analysis": analysis.pk, "saved": saved.pk, "reading": reading.pk}


def _scores(brand: BrandProfile) -> None:
    for week, mean in enumerate(WEEKS):
        for number in (-1, 0, 1):
            VoiceScore.objects.create(
                brand=brand,
                subject_type="post",
                subject_id=uuid4(),
                voice_version=3,
                score=mean + number / 50,
                said_at=now() - timedelta(weeks=week, days=1),
            )
