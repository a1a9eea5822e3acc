"""How a post's approval stands, in words for the desk: steps, who signed, who is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, F, Func, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, JSONObject

from organizations.models import Membership, Role, User
from publishing.models import (
    PendingPost,
    PendingStatus,
    PostComment,
    PostVersion,
    SignOff,
    WorkflowStep,
)
from publishing.services.approvals import content_hash
from publishing.services.reviewers import (
    Review,
    Standing,
    Team,
    judged,
    members_among,
    team_from,
)
from publishing.services.workflows import Step, steps_of_post

UNKNOWN = "Somebody who left"


@dataclass(frozen=True, slots=True)
class Word:
    """One sign-off as it is read: who said what when, and whether it still counts."""

    who: str
    answer: str
    step_name: str
    at: datetime
    comment: str
    is_client: bool
    void_reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the strip. `state` is done, current or todo."""

    name: str
    state: str
    is_client: bool
    rule: str
    signed: Sequence[str]
    missing: Sequence[str]
    gone: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReviewPanel:
    lines: Sequence[Line]
    current: Line | None
    number: int
    may_sign: bool
    why_not: str
    asked: Word | None
    history: Sequence[Word]
    remarks_count: int
    versions_count: int
    seen: str
    sentence: str
    needs_all: bool

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def is_last(self) -> bool:
        """Whether the yes that is asked for now is the last one."""
        line = self.lines[self.number - 1]
        others = [each for each in self.lines if each.state != "done"]
        return len(others) <= 1 and (len(line.missing) <= 1 or not self.needs_all)

    @property
    def is_plain(self) -> bool:
        """One step that any member may sign: nothing of it needs telling."""
        return len(self.lines) == 1 and not self.lines[0].rule and not self.lines[0].is_client


def with_reviews(posts: QuerySet[PendingPost]) -> QuerySet[PendingPost]:
    """Ask along for what was signed, who wrote last, and how much was said: no query of its own."""
    signed = SignOff.objects.filter(pending_post=OuterRef("pk")).order_by("created_at", "id")
    versions = PostVersion.objects.filter(pending_post=OuterRef("pk"))
    remarks = PostComment.objects.filter(pending_post=OuterRef("pk"), deleted_at=None)
    return posts.annotate(
        said=ArraySubquery(
            signed.values(
                json=JSONObject(
                    step="step",
                    step_name="step_name",
                    answer="answer",
                    user=Cast("user_id", CharField()),
                    name=Coalesce(F("user__name"), F("client_name")),
                    email=F("user__email"),
                    link=Cast("link_id", CharField()),
                    client="client_name",
                    account=Cast("account_id", CharField()),
                    hash="content_hash",
                    comment="comment",
                    at="created_at",
                    voided="voided_at",
                    void_reason="void_reason",
                )
            )
        ),
        last_author=Subquery(versions.order_by("-number").values("author_id")[:1]),
        versions_count=_count(versions),
        remarks_count=_count(remarks),
    )


def review_panel(
    post: PendingPost, *, me: User | None = None, role: Role = Role.VIEWER
) -> ReviewPanel:
    """The approval of one post that `with_reviews` read, for one reader.

    Costs a query only where people are named or have signed.
    """
    said: Sequence[Mapping[str, Any]] = getattr(post, "said", ())
    steps, words = steps_of_post(post), content_hash(post)
    given = [_row(each) for each in said if _counts(each, post, words)]
    people = {each for step in steps for each in step.approvers}
    people |= {row.user_id for row in given if row.user_id}
    rows = members_among(people) if people else []
    names = {row.user_id: name_of(row.user) for row in rows}
    authors = frozenset(
        each for each in (post.author_id, getattr(post, "last_author", None)) if each
    )
    review = judged(steps, given, authors, _team(rows, people, post, me, role))
    open_step = review.open or review.steps[-1]
    lines = [_line(each, review, names) for each in review.steps]
    waits = post.status == PendingStatus.PENDING
    history = [_word(each) for each in said]
    return ReviewPanel(
        lines=lines,
        current=lines[open_step.number] if waits else None,
        number=open_step.number + 1,
        may_sign=waits and me is not None and review.may_sign(open_step, me.pk),
        why_not=_why_not(review, open_step, me, lines[open_step.number]) if waits else "",
        asked=_asked(said, words) if waits else None,
        history=history[::-1],
        remarks_count=getattr(post, "remarks_count", 0),
        versions_count=getattr(post, "versions_count", 0),
        seen=words,
        sentence=_sentence(lines, open_step) if waits else "",
        needs_all=open_step.step.needs_all,
    )


def waiting_for(posts: QuerySet[PendingPost], user_id: UUID) -> QuerySet[PendingPost]:
    """Those of waiting posts whose step asks this member: by name, or any member."""
    here = Func(
        "steps", "step", template="(%(expressions)s)", arg_joiner=" -> ", output_field=JSONField()
    )
    mine = Q(waits_at__approvers__contains=[str(user_id)]) | Q(waits_at__approvers=[])
    signed = SignOff.objects.filter(
        user_id=user_id,
        voided_at=None,
        answer=SignOff.Answer.APPROVED,
        pending_post=OuterRef("pk"),
        step=OuterRef("step"),
    )
    return posts.annotate(waits_at=here).filter(
        Q(steps=[]) | (Q(waits_at__kind=WorkflowStep.Kind.INTERNAL) & mine),
        ~Q(pk__in=Subquery(signed.values("pending_post"))),
    )


def place_of(post: PendingPost) -> str:
    """Where a post of a list waits: "2 of 3: Legal"; empty where there is only one step."""
    if len(post.steps) < 2 or post.status != PendingStatus.PENDING:
        return ""
    at = min(post.step, len(post.steps) - 1)
    return f"{at + 1} of {len(post.steps)}: {post.steps[at].get('name', '')}"


def name_of(user: User | None) -> str:
    return (user.name or user.email) if user else UNKNOWN


def _count(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().values("pending_post").annotate(how_many=Count("pk"))
    return Coalesce(Subquery(counted.values("how_many")), 0)


def _counts(each: Mapping[str, Any], post: PendingPost, words: str) -> bool:
    return (
        each["answer"] == SignOff.Answer.APPROVED
        and each["voided"] is None
        and each["hash"] == words
        and each["account"] == str(post.account_id)
    )


def _row(each: Mapping[str, Any]) -> SignOff:
    return SignOff(
        step=each["step"],
        answer=each["answer"],
        user_id=UUID(each["user"]) if each["user"] else None,
        link_id=UUID(each["link"]) if each["link"] else None,
        client_name=each["client"],
    )


def _team(
    rows: Sequence[Membership], people: set[UUID], post: PendingPost, me: User | None, role: Role
) -> Team:
    team = team_from(rows, people, post.brand_id) if people else Team(frozenset(), frozenset())
    if me is None or not role.covers(Role.MEMBER):
        return team
    # Whoever opened this page sees the brand, and the door has looked at the role.
    admins = team.admins | ({me.pk} if role.covers(Role.ADMIN) else set())
    return Team(team.able | {me.pk}, admins, team.sees)


def _line(standing: Standing, review: Review, names: Mapping[UUID, str]) -> Line:
    state = "done" if standing.is_done else "current" if standing is review.open else "todo"
    step = standing.step
    signed = [
        names.get(row.user_id, UNKNOWN) if row.user_id else row.client_name
        for row in standing.signed
    ]
    return Line(
        name=step.name,
        state=state,
        is_client=step.is_client,
        rule=_rule(step, names),
        signed=signed,
        missing=[names.get(each, UNKNOWN) for each in standing.missing],
        gone=[names.get(each, UNKNOWN) for each in standing.gone],
    )


def _rule(step: Step, names: Mapping[UUID, str]) -> str:
    """Who is asked, in words; empty for any member."""
    people = [names.get(each, UNKNOWN) for each in step.approvers]
    return f" {'and' if step.needs_all else 'or'} ".join(people)


def _sentence(lines: Sequence[Line], standing: Standing) -> str:
    line = lines[standing.number]
    start = f"{standing.number + 1} of {len(lines)}: {line.name}" if len(lines) > 1 else line.name
    if line.is_client:
        return f"{start}, waiting for the client"
    people = (" and " if standing.step.needs_all else " or ").join(line.missing)
    if not people and line.gone:
        return f"{start}, waiting for an admin in place of {', '.join(line.gone)}"
    return f"{start}, waiting for {people or 'any member'}"


def _why_not(review: Review, standing: Standing, me: User | None, line: Line) -> str:
    if me is None or review.may_sign(standing, me.pk):
        return ""
    if line.is_client:
        return "The client decides now, by their link."
    if me.pk not in review.team.able:
        return "You may look, and members decide."
    if not standing.step.lets_author and me.pk in review.authors:
        return "You wrote these words; in this brand somebody else approves them."
    return f"This step asks {line.rule}."


def _asked(said: Sequence[Mapping[str, Any]], words: str) -> Word | None:
    """The changes that somebody asked for, while the words are still those."""
    for each in reversed(said):
        if each["answer"] == SignOff.Answer.CHANGES and each["voided"] is None:
            return _word(each) if each["hash"] == words else None
    return None


def _word(each: Mapping[str, Any]) -> Word:
    return Word(
        who=each["name"] or each["email"] or each["client"] or UNKNOWN,
        answer=SignOff.Answer(each["answer"]).label,
        step_name=each["step_name"],
        at=datetime.fromisoformat(each["at"]),
        comment=each["comment"],
        is_client=not each["user"] and bool(each["client"]),
        void_reason=each["void_reason"],
    )
