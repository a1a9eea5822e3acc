"""What was said about a post and what it said earlier: comments, versions, differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from config.kernel.language.changes import Change, word_changes
from organizations.models import Membership, User
from organizations.services.brand_sight import sight
from publishing.models import PendingPost, PostComment, PostVersion

from .reviews import name_of

SHOWN_MOST: Final = 200
FIELDS: Final = (
    ("title", "Title"),
    ("content", "Text"),
    ("thread", "Thread"),
    ("first_comment", "First comment"),
    ("hashtags", "Hashtags"),
    ("link", "Link"),
    ("media", "Pictures and videos"),
    ("options", "Options of the network"),
)


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class Remark:
    comment: PostComment
    who: str
    is_mine: bool
    is_client: bool
    answers: Sequence[Remark]

    @property
    def is_deleted(self) -> bool:
        return self.comment.deleted_at is not None


@dataclass(frozen=True, slots=True)
class VersionLine:
    version: PostVersion
    who: str
    is_now: bool

    @property
    def before(self) -> int:
        return max(self.version.number - 1, 1)


@dataclass(frozen=True, slots=True)
class Talk:
    remarks: Sequence[Remark]
    versions: Sequence[VersionLine]
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    pieces: Sequence[Change]


def talk_about(post: PendingPost, *, me: User) -> Talk:
    """Comments with their answers, versions newest first, and who can be mentioned."""
    rows = list(
        PostComment.objects.filter(pending_post=post)
        .select_related("author")
        .order_by("created_at", "id")[:SHOWN_MOST]
    )
    versions = list(
        PostVersion.objects.filter(pending_post=post)
        .select_related("author")
        .defer("words")
        .order_by("-number")[:SHOWN_MOST]
    )
    newest = versions[0].number if versions else 0
    return Talk(
        remarks=_threads(rows, me),
        versions=[
            VersionLine(row, row.author_name or name_of(row.author), row.number == newest)
            for row in versions
        ],
        people=people_of(post.brand_id),
    )


def people_of(brand_id: UUID) -> list[Person]:
    """Members who may see a brand, by name; each with what stands after the @ for them."""
    rows = list(
        Membership.objects.filter(user__is_active=True, user__deleted_at=None)
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    limited = [row.pk for row in rows if not row.sees_all_brands]
    seen = sight().of_each(limited) if limited else {}
    able = [
        row.user
        for row in rows
        if row.sees_all_brands or brand_id in {each.id for each in seen.get(row.pk, ())}
    ]
    handles = _handles(able)
    return [Person(user.pk, name_of(user), handles[user.pk]) for user in able]


def mentioned(body: str, people: Iterable[Person]) -> list[UUID]:
    """Whom a text names with an @, each once. Pure."""
    said = {match.casefold() for match in re.findall(r"@([\w.\-]{1,80})", body)}
    said |= {word.rstrip(".-") for word in said}
    return [each.id for each in people if each.handle.casefold() in said]


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """What differs between the words of two versions, field by field. Pure."""
    found = []
    for name, label in FIELDS:
        old, new = _in_words(before.get(name)), _in_words(after.get(name))
        if old != new or name == "content":
            found.append(FieldChange(label, word_changes(old, new)))
    return found


def _threads(rows: Sequence[PostComment], me: User) -> list[Remark]:
    under: dict[UUID | None, list[PostComment]] = {}
    for row in rows:
        under.setdefault(row.parent_id, []).append(row)
    tops = [_remark(row, me, under.get(row.pk, ())) for row in under.get(None, ())]
    # A deleted one stands only where somebody answered it.
    return [each for each in tops if not each.is_deleted or each.answers]


def _remark(row: PostComment, me: User, answers: Iterable[PostComment]) -> Remark:
    return Remark(
        comment=row,
        who=row.client_name or name_of(row.author),
        is_mine=row.author_id == me.pk,
        is_client=row.link_id is not None or bool(row.client_name),
        answers=[_remark(each, me, ()) for each in answers if each.deleted_at is None],
    )


def _handles(users: Sequence[User]) -> dict[UUID, str]:
    """A first name where nobody else has it, else what stands before the @ of the address."""
    firsts = {user.pk: re.sub(r"[^\w.\-]", "", (user.name or "").split(" ")[0]) for user in users}
    taken = [first.casefold() for first in firsts.values()]
    return {
        user.pk: firsts[user.pk]
        if firsts[user.pk] and taken.count(firsts[user.pk].casefold()) == 1
        else user.email.split("@")[0]
        for user in users
    }


def _in_words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {each}" for name, each in sorted(value.items()))
    if not value:
        return ""
    return "\n\n".join(_one(each) for each in value)


def _one(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value.get('reference', '')} {value.get('alt', '')}".strip()
    return str(value)
