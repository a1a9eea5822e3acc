"""Three texts with sources, and what was learned of the people who read them."""

from __future__ import annotations

from typing import Any

from config.kernel.scoping import org_atomic
from content.models import Generation, GuardResult
from content.services.feedback import note_feedback
from tests import make
from tests.world import World

TEXTS = {
    "A": "⛵ Every mast is planed by hand from Douglas fir and gets seven coats of varnish.\n\n"
    "Last spring 34 boats went back to sea with one.",
    "B": "Wooden masts, rebuilt in twelve days. The cheapest in town!",
    "C": "Bring your old mast and we measure it while you wait.\n\nWhat would you like to know?",
}
_CLAIMS = ("seven coats of varnish", "34 boats went back to sea with one")


def learning(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        request = _three_texts(world)
        pattern = _habits(world)
    return {"generation": request.pk, "pattern": pattern}


def _three_texts(world: World) -> Generation:
    source = make.material(world.brand)
    request = make.generation(world.brand, source, instruction="For people with old boats.")
    angles = ("storytelling", "promotional", "user_benefit")
    for number, (label, text) in enumerate(TEXTS.items()):
        row = make.candidate(
            request,
            label=label,
            rank=None if label == "B" else 1 + number // 2,
            is_valid=label != "B",
            is_selected=label == "A",
            text=text,
            angle=angles[number],
            hashtags=["masts", "DouglasFir"],
            link="https://harbour.example/masts",
            citations=[_cited(text, claim, source) for claim in _CLAIMS if claim in text],
            voice_score=0.91 - number / 10,
            voice_reasons=["Sentences as short as the brand's.", "None of its words to avoid."],
            neighbours=[_neighbour(world, 0.86 - number / 10)],
            max_similarity=0.86 - number / 10,
            skill_reason="Similar to a structure that was approved often (0.83): reused.",
            similarity_score=0.72,
            guard_score=1 - number / 5,
            history_score=0.4,
            aesthetics_score=0.8,
            diversity_score=0.5,
            cost_score=1.0,
            generation_time_ms=412,
        )
        _checks(row, is_valid=label != "B")
    return request


def _cited(text: str, claim: str, source: Any) -> dict[str, Any]:
    start = text.index(claim)
    return {
        "span": [start, start + len(claim)],
        "source_kind": "material",
        "source_id": str(source.pk),
        "source_label": source.name,
        "source_span": [0, len(claim)],
        "quote": f"… {claim}.",
    }


def _neighbour(world: World, score: float) -> dict[str, Any]:
    return {
        "score": score,
        "brand_id": str(world.brand.pk),
        "excerpt": "Our workshop rebuilds wooden masts: seven coats, twelve days.",
        "created_at": "2026-06-01T10:00:00+00:00",
    }


def _checks(row: Any, *, is_valid: bool) -> None:
    for guard, severity in (("links", "block"), ("length", "block"), ("numbers", "warn")):
        passed = guard == "length" or (is_valid and guard == "links")
        GuardResult.objects.create(
            candidate=row,
            guard=guard,
            version="1",
            passed=passed,
            severity=severity,
            reason="" if passed else "The material does not have this. Check it before it goes.",
        )


def _habits(world: World) -> Any:
    for text in ("Masts hold. 🎉", "Hulls hold. 🎉", "Keels hold. 🎉"):
        row = make.candidate(make.generation(world.brand, make.material(world.brand)), text=text)
        note_feedback(candidate=row, kind="edit", by=world.editor, changed=text.removesuffix(" 🎉"))
        note_feedback(candidate=row, kind="approve", by=world.owner)
    off = make.pattern(
        world.brand,
        key="no_call",
        lesson="End without a call to action: people take it out.",
        is_active=False,
    )
    return off.pk
