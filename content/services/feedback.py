"""What people did with a text, kept, and what is learned from it: readable, and off at a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from brands.models import BrandProfile
from brands.platforms import platforms
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.agents.copywriter import SPEC
from content.learning import numbers
from content.learning.numbers import Act, Standing
from content.learning.observing import (
    Deed,
    Made,
    against_of,
    angle_key,
    angle_lesson,
    follows,
    goes_against,
    is_told,
    length_lesson,
    made_by,
)
from content.learning.texts import Said, composed
from content.models import Angle, Candidate, Feedback, LearnedPattern
from organizations.models import ActorKind, User
from organizations.services.audit import record

from .revisions import record_revision

AGENT = SPEC.name
MOST_LESSONS = 8  # told to the writer at once: a prompt is no place for a book
MOST_JUDGED = 500  # patterns that one act can speak of
MOST_RECENT = 5  # acts that a pattern names as its evidence
_REVISIONS = {
    "approve": "approved",
    "edit": "edited",
    "regenerate": "regenerated",
    "reject": "rejected",
}


def note_feedback(
    *,
    candidate: Candidate,
    kind: str,
    by: User | None,
    changed: str = "",
    note: str = "",
    score: int | None = None,
    original: str = "",
) -> Feedback | None:
    """Keep what a person did with a candidate, and move the patterns that it speaks of.

    `kind` is one of `Feedback.Kind`. `changed` is the text after an edit, as `learning.texts
    .composed` puts text and hashtags together; for an approval the text that was approved, empty
    for the candidate's own. `original` is the text before it, the candidate's if it is not given.
    `score` from 1 to 5 weighs with an edit. The second approval or rejection of one candidate is
    no news: None. Call it in the transaction of the act. Source: specification 3c.
    """
    act: Act = Feedback.Kind(kind).value  # type: ignore[assignment]
    with org_atomic():
        if act in ("approve", "reject") and _is_known(candidate, act):
            return None
        generation = candidate.generation
        before = original or composed(candidate.text, candidate.hashtags)
        feedback = Feedback.objects.create(
            brand_id=generation.brand_id,
            candidate=candidate,
            agent=AGENT,
            kind=act,
            original=before,
            changed=changed,
            note=note,
            score=score,
            by=by,
        )
        _learn(feedback, _deed(feedback, candidate, act, before))
        record_revision(
            candidate=candidate,
            kind=_REVISIONS[act],
            notes=note,
            by=by,
            changed=changed if act == "edit" else "",
            original=before,
        )
    return feedback


def lessons_for(brand_id: UUID, agent: str = AGENT) -> list[str]:
    """What an agent is told of this brand's people, a sentence each, the surest first; at most 8.

    Only what is switched on and has evidence enough, see `is_told`.
    """
    with org_atomic():
        rows = LearnedPattern.objects.filter(brand_id=brand_id, agent=agent, is_active=True)
        told = [row.lesson for row in rows.order_by("-confidence", "key") if is_lesson(row)]
    return told[:MOST_LESSONS]


def is_lesson(pattern: LearnedPattern) -> bool:
    """Whether the writer would be told of it, were it switched on."""
    return is_told(
        pattern.key,
        confidence=pattern.confidence,
        count=pattern.usage_count,
        data=pattern.data,
    )


def switch_pattern(*, pattern: LearnedPattern, is_active: bool, by: User | None) -> LearnedPattern:
    """Have the writer heed a pattern, or leave it alone; what people do counts on either way."""
    with org_atomic():
        row = LearnedPattern.objects.select_for_update(of=("self",)).get(pk=pattern.pk)
        if row.is_active == is_active:
            return row
        row.is_active = is_active
        row.switched_at, row.switched_by = now(), by
        row.save(update_fields=["is_active", "switched_at", "switched_by", "updated_at"])
        state = "on" if is_active else "off"
        record(action=f"pattern.switched_{state}", target=row, by=by, reason=row.lesson)
    return row


def patterns_of(brand: BrandProfile) -> list[LearnedPattern]:
    """Everything learned of a brand's people, the surest first."""
    rows = LearnedPattern.objects.filter(brand=brand).select_related("switched_by")
    return list(rows.order_by("-confidence", "-usage_count", "key")[:MOST_JUDGED])


def _is_known(candidate: Candidate, act: Act) -> bool:
    return Feedback.objects.filter(candidate=candidate, kind=act).exists()


def _deed(feedback: Feedback, candidate: Candidate, act: Act, before: str) -> Deed:
    platform = candidate.generation.platform
    known = platforms.get(platform)
    return Deed(
        act=act,
        before=Said.of(before),
        after=Said.of(feedback.changed or before),
        platform=platform,
        platform_label=known.label if known else platform.capitalize(),
        angle=candidate.angle,
        angle_label=Angle(candidate.angle).label,
        score=feedback.score,
    )


def _learn(feedback: Feedback, deed: Deed) -> None:
    """Move every pattern that the act speaks of, and begin those that it shows for the first time.

    What a person makes by hand is approved by the making; what an edit undoes counts as edited.
    """
    made = {one.key: one for one in made_by(deed)}
    rows = _standing(feedback, deed, list(made.values()))
    undone = against_of(list(made.values()))
    changed = []
    for row in rows:
        if row.key in made:
            _move(row, "approve", feedback, made[row.key])
        elif row.key in undone or goes_against(row.key, deed):
            _move(row, "edit", feedback)
        elif follows(row.key, row.data, deed):
            _move(row, deed.act, feedback)
        else:
            continue
        changed.append(row)
    fields = ["lesson", "data", "confidence", "success_rate", "usage_count"]
    LearnedPattern.objects.bulk_update(changed, fields)
    known = {row.key for row in rows}
    begun = [_begun(one, feedback) for key, one in made.items() if key not in known]
    if deed.act != "edit" and angle_key(deed.angle) not in known:
        begun.append(_begun_angle(feedback, deed))
    if begun:
        # Somebody else may begin the same one this moment; one of the two is then enough.
        LearnedPattern.objects.bulk_create(begun, ignore_conflicts=True)
        reason = " ".join(row.lesson for row in begun)
        record(action="pattern.learned", target=begun[0], kind=ActorKind.AGENT, reason=reason)


def _standing(feedback: Feedback, deed: Deed, made: Sequence[Made]) -> list[LearnedPattern]:
    """Patterns that the act may speak of, locked in one order, so that two acts take turns.

    An edit without a score speaks only of what it made and undid. A choice of words that was made
    once is no habit yet, which keeps the number of patterns to look at small.
    """
    rows = LearnedPattern.objects.filter(brand_id=feedback.brand_id, agent=AGENT)
    if deed.act == "edit" and deed.score is None:
        rows = rows.filter(key__in=[*(one.key for one in made), *against_of(made)])
    else:
        keys = [one.key for one in made]
        once = rows.filter(key__startswith="word:", usage_count=1).exclude(key__in=keys)
        rows = rows.exclude(pk__in=once.order_by().values("pk"))
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk")[:MOST_JUDGED])


def _move(row: LearnedPattern, act: Act, feedback: Feedback, made: Made | None = None) -> None:
    before = Standing(row.confidence, row.success_rate, row.usage_count)
    standing = numbers.after(before, act, feedback.score if act == feedback.kind else None)
    row.confidence, row.success_rate = standing.confidence, standing.success_rate
    row.usage_count = standing.count
    row.data = _evidence(row.data, feedback, is_for=standing.confidence >= before.confidence)
    if made is not None:
        _take_up(row, made)
    elif row.key.startswith("angle:"):
        row.lesson = angle_lesson(Angle(row.key.partition(":")[2]).label, row.confidence)


def _take_up(row: LearnedPattern, made: Made) -> None:
    """One more time by hand; a length is the mean of all that were made."""
    count = int(row.data.get("made", 0)) + 1
    row.data["made"] = count
    if "characters" in made.data:
        mean = row.data["characters"] + (made.data["characters"] - row.data["characters"]) / count
        row.data["characters"] = mean
        row.lesson = length_lesson(row.key.partition(":")[0], made.data["label"], mean)


def _begun(made: Made, feedback: Feedback) -> LearnedPattern:
    data = {**made.data, "made": 1}
    return _new(made.key, made.lesson, data, numbers.first("edit"), feedback)


def _begun_angle(feedback: Feedback, deed: Deed) -> LearnedPattern:
    standing = numbers.first(deed.act)
    lesson = angle_lesson(deed.angle_label, standing.confidence)
    return _new(angle_key(deed.angle), lesson, {}, standing, feedback)


def _new(
    key: str, lesson: str, data: dict[str, Any], standing: Standing, feedback: Feedback
) -> LearnedPattern:
    return LearnedPattern(
        brand_id=feedback.brand_id,
        agent=AGENT,
        key=key[:80],
        lesson=lesson[:300],
        data=_evidence(data, feedback, is_for=feedback.kind in ("approve", "edit")),
        confidence=standing.confidence,
        success_rate=standing.success_rate,
        usage_count=standing.count,
    )


def _evidence(data: dict[str, Any], feedback: Feedback, *, is_for: bool) -> dict[str, Any]:
    side = "for" if is_for else "against"
    recent = [str(feedback.pk), *data.get("recent", [])][:MOST_RECENT]
    return {**data, side: int(data.get(side, 0)) + 1, "recent": recent}
