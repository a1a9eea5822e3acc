"""Makes a copy of somebody's data: section by section into files, then into one archive."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from config.kernel.clock import now
from organizations.models import RequestState

from .archive import pack
from .digests import digest_of, token
from .subjects import Subject
from .writing import Mile, write_batch

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
# Longer than packing takes: the one step that cannot be taken up in its middle.
PACKING_LEASE = timedelta(hours=1)
LINK = timedelta(hours=24)
# A worker has others to serve: a long copy is made in turns.
TURN_SECONDS = 60.0


class LostClaim(Exception):
    """Another worker has the request now, or it was called off."""


def link_token(request: Any) -> str:
    """The word in the link to one copy; made anew for the page, since only its digest is kept."""
    return token("export", f"{request.pk}|{request.created_at.isoformat()}")


def write_copy(subject: Subject, *, seconds: float = TURN_SECONDS) -> bool:
    """Bring a claimed export on its way, and to its end if that takes no longer than a turn.

    Safe to kill anywhere: what is written down in the request's progress counts, the rest is cut
    off and written again. False when there is more to do. Raises LostClaim.
    """
    until = monotonic() + seconds
    subject.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with subject.reading():
        sections = subject.sections()
    miles = _miles(subject, [section.name for section in sections])
    for section in sections:
        while not miles[section.name].is_done:
            miles[section.name] = write_batch(
                section, subject.folder, miles[section.name], subject.reading
            )
            _save(subject, miles, LEASE)
            if monotonic() > until:
                _pause(subject)
                return False
    _save(subject, miles, PACKING_LEASE)
    _finish(subject, {name: mile.rows for name, mile in miles.items()})
    return True


def _miles(subject: Subject, names: list[str]) -> dict[str, Mile]:
    stored = subject.request.progress.get("sections", {})
    return {name: Mile(**stored.get(name, {})) for name in names}


def _finish(subject: Subject, rows: dict[str, int]) -> None:
    request = subject.request
    packed = pack(
        subject.archive,
        title=subject.title,
        made_at=request.created_at,
        folder=subject.folder,
        rows=rows,
        files=subject.files(),
    )
    moment = now()
    tables = {name: count for name, count in rows.items() if count}
    written(
        subject,
        state=RequestState.DONE,
        claimed_until=None,
        due_at=None,
        file=subject.archive.name,
        file_bytes=subject.archive.stat().st_size,
        token_digest=digest_of(link_token(request)),
        link_ends_at=moment + LINK,
        finished_at=moment,
        error_message="",
        receipt={"rows": tables, "files": sum(each.rows is None for each in packed) - 1},
    )
    shutil.rmtree(subject.folder, ignore_errors=True)
    log.info("copy_made", request=str(request.pk), rows=sum(rows.values()))


def _save(subject: Subject, miles: dict[str, Mile], lease: timedelta) -> None:
    progress = {
        "sections": {
            name: mile.stored() for name, mile in miles.items() if mile.rows or mile.is_done
        },
        "done": sum(mile.is_done for mile in miles.values()),
        "total": len(miles),
        "rows": sum(mile.rows for mile in miles.values()),
    }
    written(subject, progress=progress, claimed_until=now() + lease)


def _pause(subject: Subject) -> None:
    written(subject, claimed_until=None, due_at=now())


def written(subject: Subject, **fields: Any) -> None:
    """Write the request's row if it is still ours. Raises LostClaim."""
    request = subject.request
    with subject.entered():
        mine = type(request).objects.filter(
            pk=request.pk, fence=request.fence, state=RequestState.RUNNING
        )
        if not mine.update(updated_at=now(), **fields):
            raise LostClaim
    for name, value in fields.items():
        setattr(request, name, value)


def discard(subject: Subject) -> None:
    """Remove what a copy left on the disk."""
    shutil.rmtree(subject.folder, ignore_errors=True)
    subject.archive.unlink(missing_ok=True)


def is_open(request: Any, moment: datetime | None = None) -> bool:
    """Whether a finished copy can still be fetched: once, and within its day."""
    ends = request.link_ends_at
    return (
        request.state == RequestState.DONE
        and request.downloaded_at is None
        and ends is not None
        and (moment or now()) < ends
    )
