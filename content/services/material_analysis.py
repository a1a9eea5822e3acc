"""From what was uploaded to what can be written from: read, understood, placed, ready.

Claimed in one short transaction, read and understood with none open, settled in another. A worker
that dies leaves a lease that runs out; one that wakes too late is refused by the fence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from config.kernel.clock import now
from config.kernel.due import Due, due_rows
from config.kernel.embeddings import Embedded
from config.kernel.errors import DomainError, TooMany, Unavailable
from config.kernel.halting import is_halted
from config.kernel.models import claim
from config.kernel.readers import Extracted, read_file, read_page, read_text
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.states import move
from config.kernel.tasks import record_work
from content.models import Material, MaterialStatus
from organizations.services.audit import record
from organizations.services.files import read_stored

from .facts import facts_of
from .similarity import ContentType, content_hash, remember, vector_text, vectors_of

log = structlog.get_logger(__name__)

Progress = Callable[[str, str], None]
"""Called with the name of a step and a sentence, for the terminal and the page."""

# A PDF may take 120 s, a page 60 s and a model 60 s (specification 1c); the rest is margin.
LEASE_SECONDS = 300
MOST_ATTEMPTS = 3
# How many of an organization's materials of a kind are read at once (specification 1c).
AT_ONCE = {
    Material.Kind.TEXT: 10,
    Material.Kind.URL: 5,
    Material.Kind.FILE: 5,
    Material.Kind.IMAGE: 5,
    Material.Kind.VIDEO: 2,
}
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 600.0


def analyse_material(*, material_id: UUID, progress: Progress | None = None) -> Material | None:
    """Read and understand one due material of the organization in scope.

    None when there is nothing to do: it is gone, not due, or another worker has it. Otherwise the
    material as it stands then: READY, FAILED with a sentence, or UPLOADED again with a later
    `due_at` when a further try may help (three tries in all). Call it with no transaction open.
    Source: specification 1a steps 1 and 2, 1c material processing limits.
    """
    # Writers run in workers; a web process, which imports this module too, stays small.
    from .understanding import understand

    tell = progress or _say_nothing
    material = _claimed(material_id)
    if material is None:
        return None
    if material.attempts > MOST_ATTEMPTS:
        _fail(
            material,
            "Reading it broke off three times without a word. Save it anew and upload that, or "
            "paste its text.",
        )
        return material
    try:
        tell("read", f"Reading “{material.name}”")
        extracted = _read(material)
        tell("understand", f"Understanding “{material.name}” ({len(extracted.text):,} characters)")
        understood = understand(material, extracted, is_last_try=_is_last_try(material))
    except DomainError as error:
        _settle_failure(material, error)
        return material
    fields = _fields(material, extracted, understood)
    for name, value in fields.items():
        setattr(material, name, value)
    tell("place", f"Comparing “{material.name}” with what is there")
    if _settle(material, fields, vectors_of([vector_text(material)])):
        tell("ready", f"“{material.name}” is ready")
    return material


def due_materials(*, moment: datetime | None = None, most: int = 200) -> list[Due]:
    """Materials of all organizations whose time has come, dealt out in turns."""
    return due_rows(Material, moment=moment or now(), most=most)


def _claimed(material_id: UUID) -> Material | None:
    waiting = Material.objects.filter(
        pk=material_id, status__in=[MaterialStatus.UPLOADED, MaterialStatus.PROCESSING]
    )
    if is_halted(current_organization_id()) or _is_crowded(material_id):
        return None
    rows = claim(
        waiting, lease_seconds=LEASE_SECONDS, changes={"status": MaterialStatus.PROCESSING}
    )
    return rows[0] if rows else None


def _is_crowded(material_id: UUID) -> bool:
    """Whether as many of its kind are being read as may be; the sweeper comes back to it."""
    with org_atomic():
        kind = Material.objects.filter(pk=material_id).values_list("kind", flat=True).first()
        busy = Material.objects.filter(
            kind=kind, status=MaterialStatus.PROCESSING, claimed_until__gt=now()
        ).exclude(pk=material_id)
        return kind is not None and busy.count() >= AT_ONCE[Material.Kind(kind)]


def _read(material: Material) -> Extracted:
    """Raises Unreadable for what stays so, Unavailable and TooMany for what may pass."""
    kind = Material.Kind(material.kind)
    if kind is Material.Kind.URL:
        return read_page(material.url)
    if kind is Material.Kind.FILE:
        title = material.name.rsplit(".", 1)[0]
        return read_file(read_stored(material.file_key), title=title)
    if kind in (Material.Kind.IMAGE, Material.Kind.VIDEO):
        return _looked_at(material)
    return read_text(material.original_content, title=material.name)


def _looked_at(material: Material) -> Extracted:
    from .seeing import read_picture, read_video

    reader = read_picture if material.kind == Material.Kind.IMAGE else read_video
    found, material.medium = reader(material, is_last_try=_is_last_try(material))
    return found


def _fields(material: Material, extracted: Extracted, understood: dict[str, Any]) -> dict[str, Any]:
    links = dict.fromkeys([material.url, *extracted.links] if material.url else extracted.links)
    fields = {
        "name": _name(material, extracted),
        "extracted_text": extracted.text,
        "content_hash": content_hash(extracted.text),
        "is_truncated": extracted.truncated,
        "links": [link for link in links if len(link) <= 2_000],
        "error": "",
        "medium": material.medium,
        "facts": _facts(extracted.text, understood["key_points"]),
        **understood,
    }
    if not fields["language"]:
        fields["language"] = extracted.language or ""
    return fields


def _facts(text: str, key_points: list[str]) -> list[dict[str, Any]]:
    return [fact.as_json() for fact in facts_of(text, key_points=key_points)]


def _name(material: Material, extracted: Extracted) -> str:
    """A page is called by its title, unless a person called it something."""
    is_unnamed = bool(material.url) and material.name == place_of(material.url)
    return extracted.title if is_unnamed and extracted.title else material.name


def place_of(url: str) -> str:
    """What a page is called until it was read: host and path."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}".rstrip("/")[:200]


def _settle(material: Material, fields: dict[str, Any], embedded: Embedded | None) -> bool:
    """Write the analysis and its vector down together. False when the lease was lost meanwhile."""
    fence = material.fence
    with org_atomic():
        if not move(material, MaterialStatus.ANALYZED, fence=fence, **fields):
            log.warning("analysis_came_late", material=str(material.pk))
            return False
        move(
            material,
            MaterialStatus.READY,
            fence=fence,
            due_at=None,
            claimed_until=None,
            attempts=0,
        )
        if embedded is not None:
            remember(
                content_type=ContentType.MATERIAL,
                content_id=material.pk,
                text=vector_text(material),
                brand_id=material.brand_id,
                embedded=embedded,
            )
        record(
            action="material.analysed",
            target=material,
            data={"by": material.analyzed_by, "is_embedded": embedded is not None},
        )
    record_work("analysis")
    return True


def _settle_failure(material: Material, error: DomainError) -> None:
    can_pass = isinstance(error, (Unavailable, TooMany))
    if not can_pass:
        _fail(material, error.message)
    elif _is_last_try(material):
        _fail(material, f"Tried three times. {error.message}")
    else:
        _try_later(material, error)


def _try_later(material: Material, error: DomainError) -> None:
    asked = getattr(error, "retry_after", None) or 0.0
    wait = min(max(FIRST_WAIT_SECONDS * 4 ** (material.attempts - 1), asked), LONGEST_WAIT_SECONDS)
    with org_atomic():
        move(
            material,
            MaterialStatus.UPLOADED,
            fence=material.fence,
            error=f"{error.message} Warren tries again by itself.",
            due_at=now() + timedelta(seconds=wait),
            claimed_until=None,
        )
    log.info("analysis_waits", material=str(material.pk), seconds=wait, code=error.code)


def _fail(material: Material, sentence: str) -> None:
    with org_atomic():
        is_moved = move(
            material,
            MaterialStatus.FAILED,
            fence=material.fence,
            error=sentence,
            due_at=None,
            claimed_until=None,
        )
        if is_moved:
            record(action="material.failed", target=material, reason=sentence)
    record_work("analysis")
    log.info(
        "analysis_failed", organization=str(current_organization_id()), material=str(material.pk)
    )


def _is_last_try(material: Material) -> bool:
    return material.attempts >= MOST_ATTEMPTS


def _say_nothing(step: str, message: str) -> None:
    return None
