"""The media of a post inside a form: which files, in which order, and what each shows.

What was uploaded cannot be sent back into a file input, so that each medium is stored at once and
comes back as a signed note of its facts. A note that we did not sign names nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from config.kernel.scoping import current_organization_id
from content.models import Material, MaterialStatus
from content.services.media import keep_medium
from publishing.channels.base import Limits
from publishing.models import PendingPost

_SALT = "publishing.post_media"
MOST_OFFERED = 100
OFFERED = {Material.Kind.IMAGE: "images_max", Material.Kind.VIDEO: "videos_max"}

Medium = dict[str, Any]


def signed(medium: Mapping[str, Any]) -> str:
    """A medium without its description, which a person may change."""
    facts = {name: value for name, value in medium.items() if name != "alt"}
    return signing.dumps([str(current_organization_id()), facts], salt=_SALT)


def unsigned(note: str) -> Medium:
    """Raises ValidationError for a note that is not ours or of another team."""
    try:
        organization, facts = signing.loads(note, salt=_SALT)
    except signing.BadSignature:
        organization, facts = "", {}
    if organization != str(current_organization_id()):
        raise forms.ValidationError("One of the media is not known. Take it out and add it again.")
    return dict(facts)


class MediaWidget(forms.Widget):
    """Lists of notes and descriptions, side by side."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> list[tuple[str, str]]:
        if not isinstance(data, QueryDict):
            return list(data.get(name, ()))
        notes, words = data.getlist("medium"), data.getlist("alt")
        return list(zip(notes, [*words, *[""] * len(notes)], strict=False))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class MediaField(forms.Field):
    """Cleans to what a post's row keeps of its media."""

    widget = MediaWidget

    def clean(self, value: Any) -> list[Medium]:
        return [{**unsigned(note), "alt": " ".join(alt.split())} for note, alt in value]


def media_choices(post: PendingPost, limits: Limits) -> list[tuple[str, str]]:
    """Materials of the brand that are media which the network takes, newest first."""
    kinds = [kind for kind, most in OFFERED.items() if getattr(limits, most)]
    rows = (
        Material.objects.for_brand(post.brand_id)
        .filter(kind__in=kinds)
        .exclude(file_key="")
        .exclude(status=MaterialStatus.ARCHIVED)
        .order_by("-created_at")
    )
    return [
        (str(row.pk), f"{row.name} ({row.get_kind_display().lower()})")
        for row in rows[:MOST_OFFERED]
    ]


def medium_of_material(post: PendingPost, chosen: str) -> Medium | None:
    """A material of the team as a medium; None for one that is not there."""
    try:
        key = UUID(chosen)
    except ValueError:
        return None
    row = Material.objects.for_brand(post.brand_id).filter(pk=key).exclude(file_key="").first()
    if row is None or row.kind not in OFFERED:
        return None
    return {
        "reference": row.file_key,
        "content_type": row.mime_type,
        "size_bytes": row.file_size_bytes,
        "alt": row.alt_text,
    }


def take_in(post: PendingPost, data: QueryDict, upload: UploadedFile[bytes] | None) -> None:
    """Put what was chosen or uploaded behind the media that are in `data` already.

    Raises Invalid, whose field is "upload", for a file that is not taken.
    """
    found: Sequence[Medium | None] = []
    if chosen := data.get("material", ""):
        found = [medium_of_material(post, chosen)]
    if upload is not None:
        kept = keep_medium(upload=upload)
        found = [*found, kept.as_json(data.get("upload_alt", "").strip())]
    for medium in found:
        if medium is not None:
            data.appendlist("medium", signed(medium))
            data.appendlist("alt", medium["alt"])
    data["material"] = data["upload_alt"] = ""
