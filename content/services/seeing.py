"""What pictures and videos say: what people wrote of them, what is spoken, what a model sees.

Without a model for looking, a picture is what its description says and a video its description and
its transcript. What a model sees is added, as words that are data like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import structlog

from config.kernel.errors import PaymentRequired, TooMany, Unavailable
from config.kernel.llm.errors import ModelError
from config.kernel.readers import Extracted
from config.kernel.readers.base import extracted
from config.kernel.scoping import current_organization_id
from config.kernel.videos import read_facts
from content.models import Material
from organizations.services.files import read_stored, stored_path

from .frames import frames_of
from .picture_facts import orientation_of, picture_facts, small_picture
from .similarity import content_hash

log = structlog.get_logger(__name__)

FRAME_EVERY_SECONDS: Final = 10  # specification 1c
MOST_FRAMES: Final = 10


def read_picture(material: Material, *, is_last_try: bool) -> tuple[Extracted, dict[str, Any]]:
    """Its words, and what it is by itself. Call it with no transaction open.

    Raises NotFound for a file that is gone, Unavailable and TooMany where a model may answer later.
    """
    data = read_stored(material.file_key)
    facts = picture_facts(data)
    text = material.alt_text
    if facts and _can_look():
        text = _seen(material, [small_picture(data)], facts, material.alt_text, is_last_try)
    return extracted(text, title=material.name), facts


def read_video(material: Material, *, is_last_try: bool) -> tuple[Extracted, dict[str, Any]]:
    """Its description, its transcript if there is one, else what a model sees in its frames.

    A frame every 10 seconds, at most ten. Raises as `read_picture`.
    """
    path = stored_path(material.file_key)
    facts = _video_facts(material)
    if transcript := material.original_content:
        return extracted(f"{material.alt_text}\n\n{transcript}", title=material.name), facts
    text = material.alt_text
    take = frames_of.get()
    if take and _can_look():
        frames = take(path, material.mime_type, every_seconds=FRAME_EVERY_SECONDS, most=MOST_FRAMES)
        if frames:
            text = _seen(material, frames, facts, material.alt_text, is_last_try)
    return extracted(text, title=material.name), facts


def _video_facts(material: Material) -> dict[str, Any]:
    facts = read_facts(stored_path(material.file_key))
    known: dict[str, Any] = dict(material.medium)
    if facts.width and facts.height:
        known |= {"width": facts.width, "height": facts.height}
        known["orientation"] = orientation_of(facts.width, facts.height)
    if facts.seconds:
        known["seconds"] = round(facts.seconds, 1)
    return known


def _can_look() -> bool:
    from content.agents.picture_reader import can_look

    return can_look(current_organization_id())


def _seen(
    material: Material,
    pictures: Sequence[bytes],
    facts: dict[str, Any],
    said: str,
    is_last_try: bool,
) -> str:
    """What was said with what was seen; what was said alone when nobody could look."""
    from content.agents.picture_reader import PictureInput, look

    told = [f"{name}: {value}" for name, value in facts.items() if isinstance(value, (int, str))]
    step = content_hash(f"{material.file_key}\n{said}")
    try:
        reading = look(
            PictureInput(title=material.name, said=said, facts=told),
            pictures,
            organization_id=current_organization_id(),
            step_key=f"picture:{material.pk}:{step}",
        )
    except (ModelError, PaymentRequired) as error:
        if isinstance(error, (Unavailable, TooMany)) and not is_last_try:
            raise
        log.warning("picture_not_seen", material=str(material.pk), code=error.code)
        return said
    return reading.as_text(said)
