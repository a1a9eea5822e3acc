"""Whose word counts at a step, who has given it, and who is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from organizations.models import Membership, Role
from organizations.services.brand_sight import sight
from organizations.services.rights import still_may
from publishing.models import PendingPost, PostVersion, SignOff

from .approvals import content_hash
from .workflows import Step, steps_of_post


@dataclass(frozen=True, slots=True)
class Team:
    """Of the people asked about: who sees the brand now, who may write for it, who are admins."""

    able: frozenset[UUID]
    admins: frozenset[UUID]
    sees: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How one step stands. `gone` are named ones who can no longer sign: they left the team, may
    not write for the brand by now, or wrote the words themselves where authors may not approve."""

    number: int
    step: Step
    signed: Sequence[SignOff]
    missing: Sequence[UUID]
    gone: Sequence[UUID]
    is_done: bool


@dataclass(frozen=True, slots=True)
class Review:
    """All steps of one post as they stand for exactly its words and account."""

    steps: Sequence[Standing]
    authors: frozenset[UUID]
    team: Team

    @property
    def open(self) -> Standing | None:
        """The first step that is not done; None when everybody has said yes."""
        return next((each for each in self.steps if not each.is_done), None)

    def may_sign(self, standing: Standing, user_id: UUID) -> bool:
        """Whether this member's yes counts at a step of the team."""
        step = standing.step
        if step.is_client or user_id not in self.team.able:
            return False
        if not step.lets_author and user_id in self.authors:
            return False
        if not step.approvers or user_id in step.approvers:
            return True
        return bool(standing.gone) and user_id in self.team.admins


def review_of(post: PendingPost, *asked: UUID) -> Review:
    """How the post's approval stands now; `asked` are further people whose rights are looked up."""
    steps = steps_of_post(post)
    given = living_sign_offs(post)
    authors = authors_of(post)
    people = {each for step in steps for each in step.approvers}
    people |= {row.user_id for row in given if row.user_id} | set(asked)
    return judged(steps, given, authors, team_of(people, post.brand_id))


def judged(
    steps: Sequence[Step], given: Sequence[SignOff], authors: frozenset[UUID], team: Team
) -> Review:
    """How each step stands with what was given. Pure."""
    standings = [
        standing_of(step, number, given, team, authors) for number, step in enumerate(steps)
    ]
    return Review(standings, authors, team)


def living_sign_offs(post: PendingPost) -> list[SignOff]:
    """The yeses that cover the post as it stands, oldest first."""
    rows = SignOff.objects.filter(
        pending_post=post,
        voided_at=None,
        answer=SignOff.Answer.APPROVED,
        account_id=post.account_id,
        content_hash=content_hash(post),
    )
    return list(rows.select_related("user").order_by("created_at", "id"))


def authors_of(post: PendingPost) -> frozenset[UUID]:
    """Whose words they are: whoever made the post, and whoever changed it last."""
    last = PostVersion.objects.filter(pending_post=post).order_by("-number")
    found = {post.author_id, last.values_list("author_id", flat=True).first()}
    return frozenset(each for each in found if each is not None)


def team_of(people: Collection[UUID], brand_id: UUID) -> Team:
    """Who of these may write for the brand at this moment."""
    if not people:
        return Team(frozenset(), frozenset())
    rows = members_among(people)
    return team_from(rows, people, brand_id)


def members_among(people: Collection[UUID]) -> list[Membership]:
    """The memberships of those of these people who are still here, with their users."""
    rows = Membership.objects.filter(
        user__in=list(people), user__is_active=True, user__deleted_at=None
    )
    return list(
        rows.select_related("user").only(
            *("role", "sees_all_brands", "user__name", "user__email", "user__deleted_at")
        )
    )


def team_from(rows: Sequence[Membership], people: Collection[UUID], brand_id: UUID) -> Team:
    """As `team_of`, from memberships that were read already."""
    seen = _brands_of(rows)
    sees = {row.user_id for row in rows if row.sees_all_brands or brand_id in seen.get(row.pk, ())}
    able = {
        row.user_id for row in rows if row.user_id in sees and Role(row.role).covers(Role.MEMBER)
    }
    admins = {row.user_id for row in rows if Role(row.role).covers(Role.ADMIN)}
    strangers = set(people) - {row.user_id for row in rows}
    # An operator on a support visit may do what a member may, as long as it goes on.
    able |= {each for each in strangers if still_may(user_id=each, brand_id=brand_id)}
    return Team(frozenset(able), frozenset(admins & able), frozenset(sees | able))


def standing_of(
    step: Step,
    number: int,
    given: Iterable[SignOff],
    team: Team,
    authors: Collection[UUID],
) -> Standing:
    """How one step stands under its rule. Pure.

    For those who are gone an admin may sign, so that nobody who left blocks a post for ever.
    """
    mine = [row for row in given if row.step == number]
    if step.is_client:
        signed = [row for row in mine if row.user_id is None and (row.link_id or row.client_name)]
        return Standing(number, step, signed, (), (), is_done=bool(signed))
    barred = frozenset() if step.lets_author else frozenset(authors)
    able = team.able - barred
    signed = [row for row in mine if row.user_id in able]
    who = {row.user_id for row in signed}
    if not step.approvers:
        return Standing(number, step, signed, (), (), is_done=bool(who))
    gone = [each for each in step.approvers if each not in able]
    missing = [each for each in step.approvers if each in able and each not in who]
    stands_in = bool(gone) and bool(who & team.admins)
    if step.needs_all:
        is_done = not missing and (not gone or stands_in)
    else:
        is_done = stands_in or bool(who & set(step.approvers))
    return Standing(number, step, signed, missing, gone, is_done)


def _brands_of(rows: Sequence[Membership]) -> dict[UUID, set[UUID]]:
    limited = [row.pk for row in rows if not row.sees_all_brands]
    if not limited:
        return {}
    return {pk: {brand.id for brand in found} for pk, found in sight().of_each(limited).items()}
