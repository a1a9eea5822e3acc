"""What the composer and the list of drafts show."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from config.kernel.language.changes import Change, word_changes
from config.kernel.pagination import Page, paginate
from content.services.word_checks import check_words, repeated_words
from publishing.channels.base import CredentialField, Limits
from publishing.channels.registry import platform_label
from publishing.channels.text import SEPARATOR
from publishing.forms.composition import CompositionForm
from publishing.forms.composition_own import WORDS, noted
from publishing.models import (
    Composition,
    PendingPost,
    PendingStatus,
    SocialAccount,
    Variant,
)
from publishing.services.accounts import is_usable
from publishing.services.compiling import (
    Words,
    canonical_value,
    compiled,
    drifted,
    signature_for,
)
from publishing.services.drafts import limits_of

from .preview import Preview, preview

PAGE_SIZE = 25
LEFT = (PendingStatus.PUBLISHED, PendingStatus.REJECTED, PendingStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class OwnField:
    """One thing that is said else for an account. `changes` lead from the text for all to it;
    `media` are (note, words, is chosen, is a video, name)."""

    name: str
    word: str
    id: str
    value: Any
    beside: str
    is_drifted: bool
    for_all: str = ""
    changes: Sequence[Change] = ()
    media: Sequence[tuple[str, str, bool, bool, str]] = ()
    has_focus: bool = False
    """Whether the button that was pressed leads to it."""


@dataclass(frozen=True, slots=True)
class Face:
    """One chosen account: how its post looks, what keeps it back and what is said else there."""

    account: SocialAccount
    label: str
    preview: Preview
    words: Words
    limits: Limits
    problems: Sequence[str]
    own: Sequence[OwnField]
    offered: Sequence[tuple[str, str]]
    options: Sequence[tuple[CredentialField, str, str]]
    tail: str = ""
    adopted: str = ""
    """What follows the text for all again since a button was pressed for it."""

    @property
    def limits_json(self) -> str:
        return json.dumps(self.limits.as_json())

    @property
    def has_own_text(self) -> bool:
        return any(each.name == "text" for each in self.own)

    @property
    def own_ids(self) -> list[str]:
        return [each.id for each in self.own]

    @property
    def posts_count(self) -> int:
        return 1 + len(self.words.thread)

    @property
    def prefix(self) -> str:
        return f"own-{self.account.pk}"


@dataclass(frozen=True, slots=True)
class Composer:
    """The page's working copy as it would go out."""

    form: CompositionForm
    faces: Sequence[Face]
    accounts: Sequence[tuple[SocialAccount, str, bool, bool]]
    """(account, network, is chosen, can be used)"""
    blockers: Sequence[str] = ()
    warnings: Sequence[str] = ()
    posts: Sequence[PendingPost] = ()

    @property
    def unsent_count(self) -> int:
        return sum(post.status not in (*LEFT, PendingStatus.PUBLISHING) for post in self.posts)


def composer_of(form: CompositionForm, *, posts: Sequence[PendingPost] = ()) -> Composer:
    """A working copy with a true preview for each chosen account.

    Pure but for the media's renditions and the look-up of the same words said lately.
    """
    row = form.draft()
    chosen = form.chosen
    faces = [_face(form, row, account) for account in chosen]
    found = check_words(
        brand=form.brand, text=_all_texts(row, faces), hashtags=row.hashtags, link=row.link
    )
    own_posts = [post.pk for post in posts]
    same = repeated_words(text=row.text, brand=form.brand, exclude=own_posts) if row.text else ""
    return Composer(
        form=form,
        faces=faces,
        accounts=[
            (each, platform_label(each.platform), each in chosen, is_usable(each))
            for each in form.accounts_there
        ],
        blockers=found.blockers,
        warnings=[*found.warnings, *([same] if same else [])],
        posts=posts,
    )


def _all_texts(row: Composition, faces: Iterable[Face]) -> str:
    texts = [row.text, *row.thread, *(face.words.text for face in faces if face.has_own_text)]
    return SEPARATOR.join(dict.fromkeys(text for text in texts if text))


def _face(form: CompositionForm, row: Composition, account: SocialAccount) -> Face:
    variant = form.variant(account)
    words = compiled(row, account, variant)
    limits = limits_of(account)
    own = form.own(account)
    shown = preview(
        platform=account.platform,
        content=words.text,
        hashtags=words.hashtags,
        link=words.link,
        media=words.media,
        account=account,
        title=words.title,
        thread=words.thread,
        first_comment=words.first_comment,
    )
    is_one = not row.thread and "text" not in variant.overrides
    return Face(
        account=account,
        label=platform_label(account.platform),
        preview=replace(shown, remarks=(*words.remarks, *shown.remarks)),
        words=words,
        limits=limits,
        # An empty page is no mistake yet.
        problems=[each for sentences in words.problems.values() for each in sentences]
        if words.text or words.media
        else [],
        own=[_own_field(form, row, variant, own.name, name) for name in own.fields],
        offered=[
            (name, word)
            for name, word in WORDS.items()
            if name not in variant.overrides and _has(name, limits, row)
        ],
        options=[(each, own.option_name(each), own.shown_option(each)) for each in own.asked],
        tail=signature_for(row, account) if is_one else "",
        adopted=_adopted(form, account),
    )


def _adopted(form: CompositionForm, account: SocialAccount) -> str:
    verb, _, rest = form.sent.get("arrange", "").partition("-")
    name, _, key = rest.partition("-")
    return name if verb == "adopt" and key == str(account.pk) else ""


def _has(name: str, limits: Limits, row: Composition) -> bool:
    has = {
        "title": limits.title_max is not None,
        "first_comment": limits.comment_max is not None,
        "thread": limits.thread_max > 1 and bool(row.thread),
        "media": bool(row.media),
    }
    return has.get(name, True)


def _own_field(
    form: CompositionForm, row: Composition, variant: Variant, prefix: str, name: str
) -> OwnField:
    value, for_all = variant.overrides[name], canonical_value(row, name)
    is_drifted = name in drifted(row, variant)
    plain = in_plain_words(name, for_all)
    return OwnField(
        name=name,
        word=WORDS[name],
        id=f"{prefix}-{name}",
        value=" ".join(f"#{tag}" for tag in value) if name == "hashtags" else value,
        beside=json.dumps(variant.overridden_from.get(name, "")),
        is_drifted=is_drifted,
        for_all=plain,
        changes=word_changes(plain, in_plain_words(name, value)) if is_drifted else (),
        media=_media_choices(for_all, value) if name == "media" else (),
        has_focus=form.sent.get("arrange", "")
        in (f"own-{name}-{variant.account_id}", f"keep-{name}-{variant.account_id}"),
    )


def in_plain_words(name: str, value: Any) -> str:
    """A field's value as one text, to be read or compared."""
    if name == "hashtags":
        return " ".join(f"#{tag}" for tag in value)
    if name == "media":
        return "\n".join(each.get("alt") or each["reference"].rpartition("/")[2] for each in value)
    return SEPARATOR.join(value) if isinstance(value, list) else str(value)


def _media_choices(
    for_all: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, bool, bool, str]]:
    chosen = {each["reference"] for each in own}
    others = [each for each in for_all if each["reference"] not in chosen]
    return [
        (
            noted(dict(each)),
            each.get("alt", ""),
            each["reference"] in chosen,
            str(each["content_type"]).startswith("video/"),
            each["reference"].rpartition("/")[2],
        )
        for each in [*own, *others]
    ]


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """What a person chose of the list; each is empty or a value that exists."""

    search: str = ""
    brand: str = ""
    state: str = "drafts"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> DraftFilter:
        try:
            brand = str(UUID(query.get("brand", "")))
        except ValueError:
            brand = ""
        state = query.get("state", "")
        return cls(
            search=query.get("q", "").replace("\x00", "").strip()[:100],
            brand=brand,
            state=state if state == "placed" else "drafts",
        )

    @property
    def is_empty(self) -> bool:
        return not (self.search or self.brand)


@dataclass(frozen=True, slots=True)
class Listed:
    """A composition in the list, with its accounts and how its posts stand."""

    row: Composition
    accounts: Sequence[SocialAccount]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def posts_count(self) -> int:
        return sum(self.counts.values())

    @property
    def out_count(self) -> int:
        return self.counts.get(PendingStatus.PUBLISHED, 0)

    @property
    def waiting_count(self) -> int:
        return sum(count for status, count in self.counts.items() if status not in LEFT)


def compositions_for_list(*, chosen: DraftFilter, cursor: str | None = None) -> Page[Listed]:
    """Those changed last first, 25 a page; drafts are those that no post was made of."""
    placed = Exists(PendingPost.objects.filter(variant__composition=OuterRef("pk")))
    rows = Composition.objects.filter(brand__deleted_at=None).prefetch_related("variants__account")
    rows = rows.select_related("brand", "author")
    rows = rows.filter(placed if chosen.state == "placed" else ~placed)
    if chosen.search:
        rows = rows.filter(text__icontains=chosen.search)
    if chosen.brand:
        rows = rows.filter(brand_id=UUID(chosen.brand))
    page = paginate(rows, order=("-updated_at", "-id"), cursor=cursor, size=PAGE_SIZE)
    counts = _counts([row.pk for row in page.items]) if chosen.state == "placed" else {}
    items = tuple(
        Listed(row, [each.account for each in row.variants.all()], counts.get(row.pk, {}))
        for row in page.items
    )
    return Page(items, page.next_cursor, page.previous_cursor)


def _counts(ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    rows = (
        PendingPost.objects.filter(variant__composition__in=ids)
        .order_by()
        .values_list("variant__composition_id", "status")
        .annotate(count=Count("pk"))
    )
    found: dict[UUID, dict[str, int]] = {}
    for key, status, count in rows:
        found.setdefault(key, {})[status] = count
    return found
