"""From a source to passages that can be found: read, cut, compared with what is there, kept.

Claimed in one short transaction, read and embedded with none open, written in another. What did
not change is left as it is: by the hash of a document, and inside a changed one by the hash of each
passage, so that only new words are embedded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from brands.models import KnowledgeSource, SourceStatus
from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.errors import DomainError, TooMany, Unavailable
from config.kernel.halting import halted_brands, is_halted
from config.kernel.models import claim
from config.kernel.readers import Extracted, Unreadable, read_file
from config.kernel.readers.base import extracted, keeping
from config.kernel.readers.site import pages_of_site
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from organizations.services.audit import record
from organizations.services.files import read_stored

from .knowledge_documents import Change, drop_documents, embed_missing, keep_document

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]
"""Called with the name of a step and a sentence, for the terminal and the page."""

MOST_PAGES: Final = 50  # specification 2c
KEPT_CHARACTERS: Final = 1_000_000
# Renewed with every page, so it need only outlast the slowest of them.
LEASE_SECONDS: Final = 300
MOST_ATTEMPTS: Final = 3
FIRST_WAIT_SECONDS: Final = 30.0
LONGEST_WAIT_SECONDS: Final = 1_800.0
MOST_SKIPPED: Final = 50
WORK: Final = "knowledge"


@dataclass(frozen=True, slots=True)
class _Page:
    """One document of a source, or the sentence why there is none at that place."""

    locator: str
    found: Extracted | None
    error: str = ""
    may_pass: bool = False


class LeaseLost(Exception):
    """Another worker has the source by now, or it was asked for anew."""


def ingest(*, source_id: UUID, progress: Progress | None = None) -> KnowledgeSource | None:
    """Read one due source of the organization in scope.

    None when there is nothing to do: it is gone, not due, or another worker has it. Otherwise the
    source as it stands then: READY, FAILED with a sentence, or QUEUED again with a later `due_at`
    when a further try may help (three in all). Call it with no transaction open.
    """
    source = _claimed(source_id)
    if source is None:
        return None
    tell = _Teller(source, progress)
    try:
        _read_whole(source, tell)
    except LeaseLost:
        log.warning("reading_came_late", source=str(source.pk))
        return None
    except DomainError as error:
        _settle_failure(source, error)
    return source


def due_sources(*, moment: datetime | None = None, most: int = 200) -> list[Due]:
    """Sources of all organizations whose time has come, dealt out in turns."""
    return due_rows(KnowledgeSource, moment=moment or now(), most=most)


class _Teller:
    """Tells the page and the terminal how far it is, and keeps the lease alive by it."""

    def __init__(self, source: KnowledgeSource, progress: Progress | None) -> None:
        self.source, self.progress = source, progress

    def __call__(self, step: str, sentence: str, **counts: int) -> None:
        for field, value in counts.items():
            setattr(self.source, field, value)
        fields = {"step": sentence[:200], **counts}
        until = now() + timedelta(seconds=LEASE_SECONDS)
        with org_atomic():
            mine = KnowledgeSource.objects.filter(
                pk=self.source.pk, fence=self.source.fence, status=SourceStatus.READING
            )
            if not mine.update(claimed_until=until, **fields):
                raise LeaseLost
        if self.progress is not None:
            self.progress(step, sentence)


def _claimed(source_id: UUID) -> KnowledgeSource | None:
    waiting = KnowledgeSource.objects.filter(
        pk=source_id,
        status__in=[SourceStatus.QUEUED, SourceStatus.READING],
        bucket__deleted_at=None,
    )
    organization_id = current_organization_id()
    if is_halted(organization_id):
        return None
    if stopped := halted_brands(organization_id):
        waiting = waiting.exclude(bucket__brand_id__in=stopped)
    rows = claim(waiting, lease_seconds=LEASE_SECONDS, changes={"status": SourceStatus.READING})
    return rows[0] if rows else None


def _read_whole(source: KnowledgeSource, tell: _Teller) -> None:
    if source.attempts > MOST_ATTEMPTS:
        raise Unreadable(
            "Reading it broke off three times without a word. Add its text by hand, or try again "
            "later."
        )
    change, skipped, stands, read = Change(), [], [], 0
    has_gone_wrong = False
    for number, page in enumerate(_pages(source), start=1):
        if page.found is None:
            skipped.append({"place": page.locator, "why": page.error})
            # What may be there again tomorrow keeps what was read of it.
            stands += [page.locator] if page.may_pass else []
            has_gone_wrong = has_gone_wrong or page.may_pass
            continue
        tell("read", f"Read {page.found.title}", pages_found=number, pages_read=read + 1)
        if page.found.truncated:
            skipped.append({"place": page.locator, "why": "It is very long: only a part was kept."})
        change += keep_document(source=source, locator=page.locator, found=page.found)
        stands.append(page.locator)
        read += 1
    if not read:
        raise _nothing_read(skipped, has_gone_wrong)
    change += drop_documents(source=source, but=stands)
    change += Change(embedded=embed_missing(source=source))
    _settle(source, change, skipped, read)


def _pages(source: KnowledgeSource) -> Iterator[_Page]:
    kind = KnowledgeSource.Kind(source.kind)
    if kind is KnowledgeSource.Kind.SITE:
        yield from _site_pages(source.url)
        return
    with keeping(KEPT_CHARACTERS):
        if kind is KnowledgeSource.Kind.FILE:
            title = source.title.rsplit(".", 1)[0]
            yield _Page(source.title, read_file(read_stored(source.file_key), title=title))
        else:
            yield _Page("", extracted(source.text, title=source.title))


def _site_pages(url: str) -> Iterator[_Page]:
    seen: set[str] = set()
    for page in pages_of_site(
        url, most_pages=MOST_PAGES, most_links=MOST_PAGES * 4, most_characters=KEPT_CHARACTERS
    ):
        if page.url not in seen:
            seen.add(page.url)
            yield _Page(page.url, page.extracted, page.error, page.may_pass)


def _nothing_read(skipped: list[dict[str, str]], may_pass: bool) -> DomainError:
    why = skipped[0]["why"] if skipped else "There is nothing to read at that address."
    return Unavailable(why) if may_pass else Unreadable(why)


def _settle(
    source: KnowledgeSource, change: Change, skipped: list[dict[str, str]], read: int
) -> None:
    fields: dict[str, Any] = {
        "error": "",
        "step": "",
        "pages_found": read + len(skipped),
        "pages_read": read,
        "chunks_added": change.added,
        "chunks_kept": change.kept,
        "chunks_removed": change.removed,
        "skipped": skipped[:MOST_SKIPPED],
        "read_at": now(),
        "due_at": None,
        "claimed_until": None,
        "attempts": 0,
    }
    with org_atomic():
        if not move(source, SourceStatus.READY, fence=source.fence, **fields):
            raise LeaseLost
        record(
            action="knowledge.source_read",
            target=source,
            data={
                "pages": read,
                "added": change.added,
                "kept": change.kept,
                "removed": change.removed,
                "embedded": change.embedded,
            },
        )
    record_work(WORK)


def _settle_failure(source: KnowledgeSource, error: DomainError) -> None:
    can_pass = isinstance(error, (Unavailable, TooMany))
    if not can_pass:
        _fail(source, error.message)
    elif source.attempts >= MOST_ATTEMPTS:
        _fail(source, f"Tried three times. {error.message}")
    else:
        _try_later(source, error)


def _try_later(source: KnowledgeSource, error: DomainError) -> None:
    asked = getattr(error, "retry_after", None) or 0.0
    wait = min(max(FIRST_WAIT_SECONDS * 4 ** (source.attempts - 1), asked), LONGEST_WAIT_SECONDS)
    with org_atomic():
        move(
            source,
            SourceStatus.QUEUED,
            fence=source.fence,
            error=f"{error.message} Warren tries again by itself.",
            step="",
            due_at=now() + timedelta(seconds=wait),
            claimed_until=None,
        )
    log.info("reading_waits", source=str(source.pk), seconds=wait, code=error.code)


def _fail(source: KnowledgeSource, sentence: str) -> None:
    with org_atomic():
        is_moved = move(
            source,
            SourceStatus.FAILED,
            fence=source.fence,
            error=sentence,
            step="",
            due_at=None,
            claimed_until=None,
        )
        if is_moved:
            record(action="knowledge.source_failed", target=source, reason=sentence)
    record_work(WORK)
