"""What becomes of each line of a file: understood, with its problems by column, nothing made yet.

A line is kept as plain JSON: {"number", "cells", "words", "accounts", "media", "wall", "zone",
"queue", "becomes", "problems": [{"column", "sentence"}], "notes": [sentence], "made", "error"}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from brands.models import BrandProfile
from config.kernel.clock import is_zone, now, resolve
from config.kernel.errors import Invalid
from content.models import Asset
from content.services.library import media_of
from publishing.channels.registry import channels
from publishing.channels.text import clean_hashtags
from publishing.models import Composition, PostingQueue, SocialAccount

from .compiling import compiled
from .compositions import usable_accounts
from .compositions_placing import refuse_words
from .imports_reading import Line
from .imports_times import Unclear, read_date, read_moment, read_time

DRAFT: Final = "draft"
AT_ITS_TIME: Final = "time"
IN_QUEUE: Final = "queue"
LANDS: Final = (AT_ITS_TIME, IN_QUEUE, DRAFT)
MOST_ACCOUNTS: Final = 30
_PARTS: Final = re.compile(r"[,;|\n]")
# Longest that rows have room for.
_LENGTHS: Final = {"link": 2_000, "title": 300, "pillar": 80, "campaign": 120}
_WORDS: Final = ("text", "title", "link", "first_comment", "pillar", "campaign", "notes")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person said of the whole file: columns by field, what stands first in unclear dates,
    what lines become, and the accounts and queue of those that name none."""

    columns: Mapping[str, str]
    lands: str = AT_ITS_TIME
    date_order: str = ""
    accounts: tuple[str, ...] = ()
    queue: str = ""


@dataclass
class Checker:
    """Holds what all lines of one file are held against, read once."""

    brand: BrandProfile
    wishes: Wishes
    moment: datetime = field(default_factory=now)

    @cached_property
    def accounts(self) -> dict[str, SocialAccount]:
        return {str(each.pk): each for each in usable_accounts(self.brand)}

    @cached_property
    def queues(self) -> dict[str, PostingQueue]:
        rows = PostingQueue.objects.filter(brand=self.brand).prefetch_related("slots")
        return {str(each.pk): each for each in rows}

    @cached_property
    def assets(self) -> dict[str, list[UUID]]:
        found: dict[str, list[UUID]] = {}
        rows = Asset.objects.filter(brand=self.brand) | Asset.objects.filter(brand=None)
        for pk, name in rows.values_list("pk", "name")[:20_000]:
            found.setdefault(name.casefold(), []).append(pk)
        return found

    def check(self, line: Line) -> dict[str, Any]:
        row = _Row(self, line.number, dict(line.cells))
        return row.understood()


def check_lines(
    *, brand: BrandProfile, wishes: Wishes, lines: Iterable[Line]
) -> list[dict[str, Any]]:
    """Every line as it was understood. Reads the brand's accounts, queues and library once."""
    checker = Checker(brand, wishes)
    return [checker.check(line) for line in lines]


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines of the file again, from what was kept of it."""
    return [Line(row["number"], row["cells"]) for row in rows]


def words_of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """As `compose` takes them."""
    media = media_of([UUID(each) for each in row["media"]]) if row["media"] else []
    return {**row["words"], "media": media}


class _Row:
    def __init__(self, checker: Checker, number: int, cells: dict[str, str]) -> None:
        self.checker, self.number, self.cells = checker, number, cells
        self.columns = checker.wishes.columns
        self.problems: list[dict[str, str]] = []
        self.notes: list[str] = []

    def understood(self) -> dict[str, Any]:
        words = self._words()
        media = self._media()
        accounts = self._accounts()
        zone = self._zone()
        wall, queue = self._time(zone), self._queue()
        becomes = self._becomes(wall, queue)
        if becomes != IN_QUEUE:
            queue = ""
        if not (words["text"] or media or words["title"]):
            self._tell("text", "There is no text.")
        if becomes != DRAFT and not accounts and not self._has("accounts"):
            self._tell("accounts", "It names no account. Name one, or choose accounts above.")
        if becomes == IN_QUEUE:
            self._refuse_slotless(queue, accounts)
        self._refuse_misfit(words, media, accounts)
        return {
            "number": self.number,
            "cells": self.cells,
            "words": words,
            "accounts": accounts,
            "media": media,
            "wall": wall if becomes == AT_ITS_TIME else "",
            "zone": zone,
            "queue": queue,
            "becomes": becomes,
            "problems": self.problems,
            "notes": self.notes,
            "made": "",
            "error": "",
        }

    def _get(self, name: str) -> str:
        column = self.columns.get(name)
        return self.cells.get(column, "").strip() if column else ""

    def _has(self, name: str) -> bool:
        return any(each["column"] == self._column(name) for each in self.problems)

    def _column(self, name: str) -> str:
        return self.columns.get(name, "")

    def _tell(self, name: str, sentence: str) -> None:
        self.problems.append({"column": self._column(name), "sentence": sentence})

    def _words(self) -> dict[str, Any]:
        words: dict[str, Any] = {name: self._get(name) for name in _WORDS}
        words["hashtags"] = clean_hashtags(re.split(r"[\s,;|]+", self._get("hashtags")))
        words["thread"] = [part for part in self._get("thread").split("\n") if part.strip()]
        for name, longest in _LENGTHS.items():
            if len(words[name]) > longest:
                self._tell(name, f"It has {len(words[name]):,} characters; at most {longest:,}.")
                words[name] = ""
        if any(len(tag) > 80 for tag in words["hashtags"]):
            self._tell("hashtags", "A hashtag has more than 80 characters.")
            words["hashtags"] = []
        if words["link"] and not words["link"].lower().startswith(("https://", "http://")):
            self._tell("link", "A link starts with https:// or http://.")
        return words

    def _media(self) -> list[str]:
        found: list[str] = []
        for name in filter(None, (each.strip() for each in _PARTS.split(self._get("media")))):
            if name.lower().startswith(("https://", "http://")):
                self._tell(
                    "media",
                    "Media come from the library: upload the file there, and write its name here.",
                )
                continue
            assets = self.checker.assets.get(name.casefold(), [])
            if len(assets) == 1:
                found.append(str(assets[0]))
            else:
                many = f"{len(assets)} files of the library are called" if assets else None
                self._tell("media", f"{many or 'The library has nothing called'} “{name[:80]}”.")
        return found

    def _accounts(self) -> list[str]:
        names = [each.strip() for each in _PARTS.split(self._get("accounts")) if each.strip()]
        if not names:
            chosen = self.checker.wishes.accounts
            return [pk for pk in chosen if pk in self.checker.accounts]
        found: list[str] = []
        for name in names[:MOST_ACCOUNTS]:
            fitting = _accounts_called(name, self.checker.accounts.values())
            if len(fitting) == 1:
                found.append(str(fitting[0].pk))
            elif fitting:
                options = ", ".join(account_name(each) for each in fitting[:4])
                self._tell("accounts", f"“{name[:80]}” could be {options}. Write one of these.")
            else:
                self._tell(
                    "accounts",
                    f"{self.checker.brand.name} has no account called “{name[:80]}” that can be "
                    "used now.",
                )
        return list(dict.fromkeys(found))

    def _zone(self) -> str:
        zone = self._get("zone")
        if zone and not is_zone(zone):
            self._tell("zone", f"“{zone[:60]}” is not a time zone such as Europe/Berlin.")
        return zone if zone and is_zone(zone) else self.checker.brand.timezone

    def _time(self, zone: str) -> str:
        """The wall time as "2027-03-31 09:00", or "" where there is none or it is unclear."""
        order = self.checker.wishes.date_order
        for name, read in self._readings(zone, order):
            try:
                day, wall = read()
            except Unclear as why:
                self._tell(name, str(why))
                return ""
            if self.checker.wishes.lands == AT_ITS_TIME and (
                resolve(day, wall, zone) <= self.checker.moment
            ):
                self._tell(name, f"{day} {wall:%H:%M} has passed. Choose a time ahead.")
            return f"{day} {wall:%H:%M}"
        return ""

    def _readings(self, zone: str, order: str) -> list[tuple[str, Callable[[], tuple[Any, Any]]]]:
        when, day, clock = self._get("when"), self._get("date"), self._get("time")
        if when and clock and not day:
            # Two columns, the first called by a name that promises more than it holds.
            return [("when", lambda: (read_date(when, order), read_time(clock)))]
        if when:
            return [("when", lambda: read_moment(when, zone, order))]
        if day and clock:
            return [("date", lambda: (read_date(day, order), read_time(clock)))]
        if day:
            return [("date", lambda: read_moment(day, zone, order))]
        if clock:
            self._tell("time", "It has a time and no day.")
        return []

    def _queue(self) -> str:
        name = self._get("queue")
        if not name:
            return self.checker.wishes.queue if self.checker.wishes.lands == IN_QUEUE else ""
        queues = self.checker.queues.items()
        found = [pk for pk, queue in queues if queue.name.casefold() == name.casefold()]
        if not found:
            self._tell("queue", f"{self.checker.brand.name} has no queue called “{name[:80]}”.")
        return found[0] if found else ""

    def _becomes(self, wall: str, queue: str) -> str:
        lands = self.checker.wishes.lands
        if lands == DRAFT:
            if wall or self._get("queue"):
                self.notes.append("Its time is left out: everything becomes a draft.")
            return DRAFT
        if wall and lands == AT_ITS_TIME:
            return AT_ITS_TIME
        if queue:
            return IN_QUEUE
        if lands == IN_QUEUE:
            self._tell("queue", "Choose a queue above.")
        elif not self.problems:
            self.notes.append("It has no time, so it stays a draft.")
        return DRAFT

    def _refuse_slotless(self, queue: str, accounts: Sequence[str]) -> None:
        row = self.checker.queues.get(queue)
        if row is None:
            return
        if row.paused_at:
            self._tell("queue", f"“{row.name}” is paused.")
        owners = {slot.account_id for slot in row.slots.all()}
        for pk in accounts:
            if None not in owners and UUID(pk) not in owners:
                name = self.checker.accounts[pk].name
                self._tell("queue", f"“{row.name}” has no slot for {name}.")

    def _refuse_misfit(
        self, words: Mapping[str, Any], media: Sequence[str], accounts: Sequence[str]
    ) -> None:
        """What its networks and the brand's rules say, in the words of the composer."""
        if self.problems or not accounts:
            return
        row = Composition(
            brand=self.checker.brand, **{**words, "media": media_of(map(UUID, media))}
        )
        chosen = [self.checker.accounts[pk] for pk in accounts]
        try:
            refuse_words(row, chosen, {each.pk: compiled(row, each) for each in chosen})
        except Invalid as error:
            cause = error.field or "text"
            self._tell(cause if cause in self.columns else "text", error.message)


def account_name(account: SocialAccount) -> str:
    """How a file names an account so that no other is meant: its network and handle."""
    return f"{account.platform}:{account.handle or account.name}"


def _accounts_called(name: str, accounts: Iterable[SocialAccount]) -> list[SocialAccount]:
    """By "network:handle", by handle or name, or by a network that the brand has one account of;
    what names one account exactly comes before what names its network."""
    rows = list(accounts)
    said = name.casefold()
    network, _, handle = said.partition(":")
    if handle and not handle.startswith("//"):
        of_network = [each for each in rows if network.strip() in _networks(each)]
        return [each for each in of_network if handle.strip().lstrip("@") in _handles(each)]
    return [each for each in rows if said.lstrip("@") in _handles(each)] or [
        each for each in rows if said in _networks(each)
    ]


def _networks(account: SocialAccount) -> set[str]:
    channel = channels.get(account.platform)
    return {account.platform, channel.label.casefold() if channel else account.platform}


def _handles(account: SocialAccount) -> set[str]:
    known = (account.handle, account.name, account.profile_url)
    return {each.casefold().lstrip("@") for each in known if each}
