"""A post written anew because a person asked: other angles, other texts, in the same place.

Like the turn of the loop, every step is written down before the next one begins; the texts are
bought once, and what a person did to the post meanwhile stands.
"""

from __future__ import annotations

from uuid import uuid5

import numpy as np

from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from content.models import Angle, Candidate, Generation
from content.services.angles import AngleChoice, choose_angles
from content.services.generation import generate_candidates
from organizations.services.audit import record
from publishing.models import AutopilotRun, Decision, PendingPost
from publishing.services.approvals import content_hash
from publishing.services.decisions import note_decision
from publishing.services.drafts import channel_of, rules_of
from publishing.services.pending_posts import generations_of
from publishing.services.post_moves import (
    as_written,
    change,
    expiry,
    locked,
    mark_selected,
    refuse_frozen,
    void,
)
from publishing.services.remembering import remember_post
from publishing.services.versions import maker_of, note_first_version, note_version

from .lease import keep
from .posting import note_checks, note_writing
from .progress import Progress
from .texts import Place, Text, best_candidate, choice_as_json, choice_of_json, open_generation

DONE = "Three new texts are written. The best of them is the post now."


def rewrite_post(*, run: AutopilotRun, say: Progress) -> str:
    """Write the run's post anew and return the run's outcome.

    An approval from before the request is void. When all six angles were shown, those of the latest
    texts only are left out. Call it with no transaction open.
    Raises Conflict when the post left, or a person changed or approved it meanwhile: their word
    stands. Raises what `generate_candidates` raises.
    """
    with org_atomic():
        post = _post(run)
        is_done = Decision.objects.filter(run=run, kind=Decision.Kind.GENERATION).exists()
        decided = None if is_done else _decided(run, post)
    if decided is not None:
        post = _written(run, post, decided, say)
    remember_post(post)
    return DONE


def angles_shown(post: PendingPost) -> set[str]:
    """Angles that the post's texts had so far; after all six only those of the latest."""
    texts = Candidate.objects.filter(generation_id__in=generations_of(post))
    shown = set(texts.values_list("angle", flat=True))
    if shown >= set(Angle.values):
        shown = set(texts.filter(generation=post.generation).values_list("angle", flat=True))
    return shown


def _post(run: AutopilotRun) -> PendingPost:
    related = ("brand", "material", "account", "generation")
    return PendingPost.objects.select_related(*related).get(rewritings=run)


def _decided(run: AutopilotRun, post: PendingPost) -> Decision:
    """From which angles to write, and which words are to be replaced; decided once."""
    keep(run)
    earlier = Decision.objects.filter(run=run, kind=Decision.Kind.ANGLE).first()
    if earlier is not None:
        _refuse_overtaken(run, post, earlier)
        return earlier
    refuse_frozen(post)
    _refuse_approved_since(run, post)
    shown = angles_shown(post)
    choices = choose_angles(
        brand=post.brand,
        platform=post.platform,
        suggested=post.material.suggested_angles,
        exploration_ratio=post.brand.exploration_ratio,
        excluded=shown,
        random=np.random.default_rng(uuid5(run.pk, f"angles:{post.platform}").int),
    )
    return note_decision(
        run=run,
        pending_post=post,
        kind=Decision.Kind.ANGLE,
        summary=f"New angles: {', '.join(each.angle.label for each in choices)}",
        reason=choices[0].reason,
        data={
            "platform": post.platform,
            "exploration_ratio": post.brand.exploration_ratio,
            "choices": [choice_as_json(each) for each in choices],
            "excluded": sorted(shown),
            "replaces": content_hash(post),
        },
    )


def _written(run: AutopilotRun, post: PendingPost, decided: Decision, say: Progress) -> PendingPost:
    choices: list[AngleChoice] = [choice_of_json(each) for each in decided.data["choices"]]
    say("angle", choices[0].reason)
    keep(run)
    with org_atomic():
        generation_id = open_generation(run, post.platform)
    generation = generate_candidates(
        brand=post.brand,
        material=post.material,
        platform=post.platform,
        rules=rules_of(post.account),
        exclude=[post.pk],
        mode=post.generation.mode,
        choices=choices,
        excluded_angles=decided.data["excluded"],
        instruction=run.instruction,
        regeneration_of=post.generation,
        generation_id=generation_id,
        progress=say,
    )
    post = _replaced(run, post, generation, decided)
    say("rank", f"{post.candidate.label} ranks first. {post.content[:80]}…")
    return post


def _replaced(
    run: AutopilotRun, post: PendingPost, generation: Generation, decided: Decision
) -> PendingPost:
    with org_atomic():
        keep(run)
        best = best_candidate(generation)
        row = locked(post)
        _refuse_overtaken(run, row, decided)
        note_first_version(row)
        void(row, "The post was written anew.")
        change(
            row,
            was_edited=False,
            regeneration_count=row.regeneration_count + 1,
            expires_at=expiry(row.brand),
            **as_written(best),
        )
        mark_selected(best)
        note_version(post=row, author_name=maker_of(row), reason="Written anew.")
        text = Text(Place(channel_of(row.platform), row.account), generation, best)
        note_writing(run, row, text)
        note_checks(run, row, text)
        record(action="post.regenerated", target=row, by=run.requested_by, reason=run.instruction)
    return row


def _refuse_overtaken(run: AutopilotRun, post: PendingPost, decided: Decision) -> None:
    refuse_frozen(post)
    _refuse_approved_since(run, post)
    if content_hash(post) != decided.data["replaces"]:
        raise Conflict(
            "The text was changed while new ones were being written, so it stays as it is."
        )


def _refuse_approved_since(run: AutopilotRun, post: PendingPost) -> None:
    if post.approvals.filter(voided_at=None, created_at__gt=run.created_at).exists():
        raise Conflict(
            "The post was approved while new texts were being written, so it stays as it is."
        )
