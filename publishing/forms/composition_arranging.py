"""Buttons inside the composer that change what was sent and save nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from config.kernel.errors import DomainError, Invalid
from content.models import ContentTemplate, HashtagSet
from content.services.library import media_of
from content.services.library import note_use as note_asset_use
from content.services.media import keep_medium
from content.services.named_rows import note_use
from content.services.templates import fill, values_of
from publishing.channels.base import Draft
from publishing.channels.splitting import split_thread
from publishing.channels.text import SEPARATOR, clean_hashtags
from publishing.services.compiling import canonical_value, compiled
from publishing.services.drafts import channel_of, limits_of

from .composition import MOST_PARTS, CompositionForm
from .editing import moved_in_list
from .post_media import signed
from .queries import uuid_or_none

_GAP = re.compile(r"\{\{[ \t]{0,9}([A-Za-z][A-Za-z0-9_]{0,39})[ \t]{0,9}\}\}")
MOST_MEDIA = 20


def arrange(
    form: CompositionForm, wish: str, upload: UploadedFile[bytes] | None = None
) -> DomainError | None:
    """Do one wish to what was sent; a sentence where it cannot be done.

    split, part-add, part-up-2, part-drop-2, medium-up-1, medium-drop-1, media, hashtags, template,
    gaps, at-2026-11-24-09:00, and for an account own|adopt|keep-<field>-<account id>; any other
    changes nothing. A file that came along is taken in whatever was wished.
    """
    try:
        _take_in(form, upload)
        verb, _, rest = wish.partition("-")
        act = _WISHES.get(verb)
        if act is not None:
            act(form, rest)
    except DomainError as error:
        return error
    return None


def _take_in(form: CompositionForm, upload: UploadedFile[bytes] | None) -> None:
    """What was uploaded, and what was ticked in the library, behind the media that are there."""
    data = form.sent
    chosen = [each for each in data.getlist("asset")[:MOST_MEDIA] if uuid_or_none(each)]
    found = list(media_of(chosen))
    if found:
        note_asset_use(chosen)
    if upload is not None:
        try:
            found.append(keep_medium(upload=upload).as_json(data.get("upload_alt", "").strip()))
        except Invalid as error:
            raise Invalid(error.message, field="upload") from error
    for medium in found:
        data.appendlist("medium", signed(medium))
        data.appendlist("alt", medium.get("alt", ""))
    data["upload_alt"] = ""
    data.setlist("asset", [])


def _move(name: str) -> Callable[[CompositionForm, str], None]:
    lists = {"part": ("part",), "medium": ("medium", "alt")}[name]

    def move(form: CompositionForm, rest: str) -> None:
        verb, _, number = rest.partition("-")
        for each in lists:
            form.sent.setlist(each, moved_in_list(form.sent.getlist(each), verb, number))

    return move


def _split(form: CompositionForm, rest: str) -> None:
    """Text and parts as one text, cut anew for the chosen account that has the least room."""
    data = form.sent
    texts = (data.get("text", ""), *data.getlist("part"))
    whole = SEPARATOR.join(each.strip() for each in texts if each.strip())
    threaded = [each for each in form.chosen if limits_of(each).thread_max > 1]
    if not threaded:
        raise Invalid(
            "None of the chosen accounts is on a network that has threads. Choose one, or shorten "
            "the text.",
            field="text",
        )
    tags = tuple(clean_hashtags(data.get("hashtags", "").replace(",", " ").split()))
    cuts = [_cut(each, whole, tags, form) for each in threaded]
    parts = max(cuts, key=len)
    if len(parts) > MOST_PARTS:
        raise Invalid(f"This would take {len(parts)} posts. Shorten the text.", field="text")
    data["text"] = parts[0] if parts else ""
    data.setlist("part", list(parts[1:]))


def _cut(account: Any, whole: str, tags: tuple[str, ...], form: CompositionForm) -> tuple[str, ...]:
    channel = channel_of(account.platform)
    link = form.sent.get("link", "").strip() or None
    try:
        return split_thread(
            whole,
            limits_of(account),
            whole=lambda part: channel.compose(Draft(part, tags, link)),
            has_media=bool(form.sent.getlist("medium")),
        )
    except ValueError as error:
        raise Invalid(
            "The hashtags and the link alone fill a post. Take some away, then split the text.",
            field="hashtags",
        ) from error


def _hashtags(form: CompositionForm, rest: str) -> None:
    row: HashtagSet | None = form.choices.row("sets", form.sent.get("hashtag_set", ""))
    if row is None:
        raise Invalid("Choose a set of hashtags to insert.", field="hashtag_set")
    typed = form.sent.get("hashtags", "").replace(",", " ").split()
    tags = clean_hashtags([*typed, *row.tags])
    form.sent["hashtags"] = " ".join(f"#{tag}" for tag in tags)
    form.sent["hashtag_set"] = ""
    note_use(HashtagSet, row.pk)


def _template(form: CompositionForm, rest: str) -> None:
    """Its words behind what is written, with what the brand's profile says in the gaps."""
    row: ContentTemplate | None = form.choices.row("templates", form.sent.get("template", ""))
    if row is None:
        raise Invalid("Choose a template to begin from.", field="template")
    filled = fill(row, values_of(form.brand))
    data = form.sent
    texts = [data.get("text", "").strip(), filled.text.strip()]
    data["text"] = SEPARATOR.join(each for each in texts if each)
    data["title"] = data.get("title", "").strip() or filled.subject
    typed = data.get("hashtags", "").replace(",", " ").split()
    tags = clean_hashtags([*typed, *filled.hashtags])
    data["hashtags"] = " ".join(f"#{tag}" for tag in tags)
    note_use(ContentTemplate, row.pk)


def _gaps(form: CompositionForm, rest: str) -> None:
    """What was typed for the gaps, in the text and the title; the others stay gaps."""
    data = form.sent
    typed = {name: words.strip() for name, _, words in form.gaps if words.strip()}
    for field in ("text", "title"):
        data[field] = _GAP.sub(lambda gap: typed.get(gap[1], gap[0]), data.get(field, ""))


def _at(form: CompositionForm, rest: str) -> None:
    """A suggested time, which is one of the brand's clock."""
    day, _, wall = rest.rpartition("-")
    form.sent.update({"day": day, "time": wall, "zone": form.brand.timezone})


def _own(form: CompositionForm, rest: str) -> None:
    name, account = _named(form, rest)
    if account is None:
        return
    row = form.draft()
    # What goes out there now: a text of its own begins with its signature.
    words = compiled(row, account, form.variant(account)).as_post()
    value = words["content"] if name == "text" else words.get(name, "")
    own = form.own(account)
    own.say(name, value, canonical_value(row, name))
    if name == "text" and words["thread"] and "thread" not in own.fields:
        own.say("thread", words["thread"], canonical_value(row, "thread"))


def _adopt(form: CompositionForm, rest: str) -> None:
    name, account = _named(form, rest)
    if account is not None:
        form.own(account).adopt(name)


def _keep(form: CompositionForm, rest: str) -> None:
    name, account = _named(form, rest)
    if account is not None:
        form.own(account).keep(name, canonical_value(form.draft(), name))


def _named(form: CompositionForm, rest: str) -> tuple[str, Any]:
    name, _, key = rest.partition("-")
    return name, next((each for each in form.accounts_there if str(each.pk) == key), None)


_WISHES: dict[str, Callable[[CompositionForm, str], None]] = {
    "split": _split,
    "part": _move("part"),
    "medium": _move("medium"),
    "hashtags": _hashtags,
    "template": _template,
    "gaps": _gaps,
    "at": _at,
    "own": _own,
    "adopt": _adopt,
    "keep": _keep,
}
