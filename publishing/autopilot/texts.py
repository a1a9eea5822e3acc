"""The texts of one run: where they go, from which angle, and written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from brands.models import BrandProfile
from config.kernel.errors import DomainError, Invalid, PaymentRequired, TooMany, Unavailable
from config.kernel.scoping import org_atomic
from content.models import Angle, Candidate, Generation, GenerationStatus, Material
from content.services.adapting import adapt_candidate, wants_more
from content.services.angles import AngleChoice, choose_angles
from content.services.generation import generate_candidates
from publishing.channels.base import Channel
from publishing.channels.registry import channels
from publishing.models import AutopilotRun, Decision, RunMode, SocialAccount
from publishing.services.accounts import account_of_brand
from publishing.services.decisions import note_decision
from publishing.services.drafts import draft, limits_of, problems_of, rules_of, title_for

from .lease import keep
from .progress import Progress

MOST_GENERATIONS = 5
"""How often a run may start over on a platform after the writer failed."""

_ANEW = "as for {}: that text cannot be made to suit this network, so it is written anew"


@dataclass(frozen=True, slots=True)
class Place:
    """One account that the run writes for."""

    channel: Channel
    account: SocialAccount


@dataclass(frozen=True, slots=True)
class Text:
    """The text for one place; `shared_from` names the other network that it was written for."""

    place: Place
    generation: Generation
    candidate: Candidate
    shared_from: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """What was written, and sentences on what could not be."""

    written: Sequence[Text]
    failures: Sequence[str]


def places_of_run(run: AutopilotRun, brand: BrandProfile) -> tuple[list[Place], list[str]]:
    """Accounts for the run's platforms, the one to write first for in front, and sentences on
    platforms that have no usable account."""
    places, missing = [], []
    for platform in dict.fromkeys(run.platforms):
        channel, account = channels.get(platform), account_of_brand(brand, platform)
        if channel is None:
            missing.append(f"This installation has no channel “{platform}” any more.")
        elif account is None:
            missing.append(
                f"{brand.name} has no {channel.label} account that can be used: connect one."
            )
        else:
            places.append(Place(channel, account))
    # A stable sort: among equals the schedule's own order stands.
    return sorted(places, key=lambda place: place.channel.writing_order), missing


def write_texts(
    *,
    run: AutopilotRun,
    brand: BrandProfile,
    material: Material,
    places: Sequence[Place],
    say: Progress,
) -> Texts:
    """A text for each place: its own, or the first place's where that fits as it is.

    What does not fit, or is much shorter than the other network would take, is adapted; where that
    does not succeed, it is written anew from the same angle. One place's failure does not stop the
    others; when all fail, the first error is raised. Call it with no transaction open. Raises
    Unavailable or TooMany when a service is away: the run is tried again and goes on from here.
    """
    # By hand each channel is written for and paid by itself, as the form says.
    is_unique = run.mode == RunMode.MANUAL
    if run.schedule is not None:
        is_unique = is_unique or run.schedule.is_unique_per_platform
    written: list[Text] = []
    errors: list[DomainError] = []
    for place in places:
        first = written[0] if written and not is_unique else None
        try:
            written.append(_text(run, brand, material, place, first, say))
        except (Unavailable, TooMany):
            raise
        except DomainError as error:
            errors.append(error)
            say("write", f"{place.channel.label}: {error.message}")
    if not written and errors:
        raise errors[0]
    paid = [error for error in errors if isinstance(error, PaymentRequired)]
    return Texts(written, [error.message for error in paid or errors])


def _text(
    run: AutopilotRun,
    brand: BrandProfile,
    material: Material,
    place: Place,
    first: Text | None,
    say: Progress,
) -> Text:
    if first is not None and (shared := _shared(run, brand, material, place, first, say)):
        return shared
    _refuse_bare(run, material, place)
    choices = _angles(run, brand, material, place, first, say)
    keep(run)
    generation = _generation(run, brand, material, place, choices, say)
    with org_atomic():
        candidate = best_candidate(generation)
    say("rank", f"{place.channel.label}: {candidate.label} ranks first. {candidate.text[:80]}…")
    return Text(place, generation, candidate)


def _shared(
    run: AutopilotRun,
    brand: BrandProfile,
    material: Material,
    place: Place,
    first: Text,
    say: Progress,
) -> Text | None:
    """The first place's text as it is or adapted; None when this place needs one of its own."""
    label, rules = first.place.channel.label, rules_of(place.account)
    written_for = rules_of(first.place.account).max_characters
    as_it_is = _fits(first.candidate, material, place)
    if as_it_is and not wants_more(first.candidate, rules, written_for=written_for):
        say("write", f"The text for {label} fits {place.channel.label} as it is.")
        return Text(place, first.generation, first.candidate, shared_from=label)
    keep(run)
    generation = adapt_candidate(
        candidate=first.candidate,
        brand=brand,
        material=material,
        rules=rules,
        written_for=written_for,
        choice=_same_angle(first, f"adapted from the text for {label}"),
        mode=run.mode,
        generation_id=uuid5(run.pk, f"{place.channel.slug}:adapted"),
        progress=say,
    )
    if generation is not None:
        with org_atomic():
            candidate = best_candidate(generation)
        if _fits(candidate, material, place):
            return Text(place, generation, candidate)
    if as_it_is:
        return Text(place, first.generation, first.candidate, shared_from=label)
    return None


def _refuse_bare(run: AutopilotRun, material: Material, place: Place) -> None:
    """Before anything is written and paid. A person who asks may add the picture afterwards."""
    limits = limits_of(place.account)
    if run.mode == RunMode.MANUAL or not limits.media_required:
        return
    taken = {Material.Kind.IMAGE: limits.images_max, Material.Kind.VIDEO: limits.videos_max}
    if not taken.get(Material.Kind(material.kind)):
        names = {Material.Kind.IMAGE: "a picture", Material.Kind.VIDEO: "a video"}
        kinds = " or ".join(names[kind] for kind, most in taken.items() if most)
        raise Invalid(
            f"{place.channel.label} takes no post without {kinds}, and “{material.name}” is none. "
            "Add one as a material, or write for it by hand and add one to the post.",
            code="media_needed",
        )


def _fits(candidate: Candidate, material: Material, place: Place) -> bool:
    wanted = draft(
        content=candidate.text,
        hashtags=candidate.hashtags,
        link=candidate.link,
        media=candidate.media,
        title=title_for(material, candidate.text, place.account),
    )
    return not problems_of(wanted, place.account)


def _angles(
    run: AutopilotRun,
    brand: BrandProfile,
    material: Material,
    place: Place,
    first: Text | None,
    say: Progress,
) -> list[AngleChoice]:
    """The angles to write from, decided once for run and platform and read back on a re-run."""
    with org_atomic():
        keep(run)
        earlier = Decision.objects.filter(
            run=run, kind=Decision.Kind.ANGLE, data__platform=place.channel.slug
        ).first()
        if earlier is not None:
            return [choice_of_json(each) for each in earlier.data["choices"]]
        if first is not None:
            choices = [_same_angle(first, _ANEW.format(first.place.channel.label))]
        else:
            choices = _sampled(run, brand, material, place)
        ratio = exploration_ratio(run, brand)
        note_decision(
            run=run,
            kind=Decision.Kind.ANGLE,
            summary=f"{place.channel.label}: {', '.join(each.angle.label for each in choices)}",
            reason=choices[0].reason,
            data={
                "platform": place.channel.slug,
                "exploration_ratio": ratio,
                "choices": [choice_as_json(each) for each in choices],
            },
        )
    say("angle", choices[0].reason)
    return choices


def exploration_ratio(run: AutopilotRun, brand: BrandProfile) -> float:
    """The schedule's share of experiments, else the brand's."""
    own = run.schedule.exploration_ratio if run.schedule is not None else None
    return brand.exploration_ratio if own is None else float(own)


def _sampled(
    run: AutopilotRun, brand: BrandProfile, material: Material, place: Place
) -> list[AngleChoice]:
    seed = uuid5(run.pk, f"angles:{place.channel.slug}").int
    return choose_angles(
        brand=brand,
        platform=place.channel.slug,
        suggested=material.suggested_angles,
        exploration_ratio=exploration_ratio(run, brand),
        random=np.random.default_rng(seed),
    )


def _same_angle(first: Text, why: str) -> AngleChoice:
    candidate = first.candidate
    angle = Angle(candidate.angle)
    return AngleChoice(
        angle=angle,
        is_exploration=candidate.is_exploration,
        reason=f"{angle.label}, {why}.",
        odds=candidate.history_score,
    )


def _generation(
    run: AutopilotRun,
    brand: BrandProfile,
    material: Material,
    place: Place,
    choices: Sequence[AngleChoice],
    say: Progress,
) -> Generation:
    with org_atomic():
        generation_id = open_generation(run, place.channel.slug)
    return generate_candidates(
        brand=brand,
        material=material,
        platform=place.channel.slug,
        rules=rules_of(place.account),
        mode=run.mode,
        choices=choices,
        instruction=run.instruction,
        generation_id=generation_id,
        progress=say,
    )


def best_candidate(generation: Generation) -> Candidate:
    """The first of the ranking; one that passed every check before any that did not.

    Raises Unavailable when nothing was written at all, because the writer failed: a retry may help.
    """
    ranked = Candidate.objects.filter(generation=generation).order_by("-is_valid", "rank", "label")
    best = ranked.first()
    if best is None:
        raise Unavailable(
            generation.failure or "Nothing could be written from this material. Try again.",
            code="nothing_written",
        )
    return best


def open_generation(run: AutopilotRun, platform: str) -> UUID:
    """The id under which this run writes for a platform: always the same, so that a re-run finds
    what is written and paid. Only one that failed without a text makes room for the next."""
    ids = [uuid5(run.pk, f"{platform}:{number}") for number in range(MOST_GENERATIONS)]
    failed = Generation.objects.filter(
        pk__in=ids, status=GenerationStatus.FAILED, candidates__isnull=True
    )
    empty = set(failed.values_list("pk", flat=True))
    return next((each for each in ids if each not in empty), ids[-1])


def choice_as_json(choice: AngleChoice) -> dict[str, Any]:
    return {
        "angle": str(choice.angle),
        "is_exploration": choice.is_exploration,
        "reason": choice.reason,
        "odds": round(choice.odds, 4),
    }


def choice_of_json(stored: dict[str, Any]) -> AngleChoice:
    return AngleChoice(
        angle=Angle(stored["angle"]),
        is_exploration=stored["is_exploration"],
        reason=stored["reason"],
        odds=stored["odds"],
    )
