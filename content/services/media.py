"""Pictures and videos that people give for a post: looked at, cleaned, stored under a random name.

A picture is written anew without metadata. A video keeps its pictures as they came; what a camera
wrote beside them (place, owner, device) is blanked, and converting is left to who knows for what.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from config.kernel.errors import Invalid
from config.kernel.uploads import PICTURE_BYTES, check_name, rewrite_picture
from config.kernel.videos import ENDINGS, WEBM, VideoFacts, forget_place, read_facts, video_type
from organizations.services.files import store_copy, store_file

from .pictures import is_picture, is_video


@dataclass(frozen=True, slots=True)
class KeptMedium:
    """A stored file. Sides and length as far as the file itself says them."""

    reference: str
    content_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None

    def as_json(self, alt: str = "") -> dict[str, Any]:
        """As the rows of posts keep it, with what it shows."""
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {**known, "alt": alt}


def head_of(upload: UploadedFile[bytes]) -> bytes:
    upload.seek(0)
    head: bytes = upload.read(64)
    upload.seek(0)
    return head


def keep_medium(*, upload: UploadedFile[bytes]) -> KeptMedium:
    """Store a picture (JPEG, PNG, WebP, GIF; 20 MB) or a video (MP4, MOV, WebM; WARREN_VIDEO_MB).

    What it is, its content says. Raises Invalid with what to do instead; nothing is kept of what is
    refused.
    """
    head = head_of(upload)
    if is_video(head):
        return keep_video(upload=upload)
    if is_picture(head):
        return keep_picture(upload=upload)
    raise Invalid(
        "That is neither a picture nor a video that can be posted. Upload JPEG, PNG, WebP, or a "
        "video as MP4.",
        code="upload_no_medium",
        field="upload",
    )


def keep_picture(*, upload: UploadedFile[bytes]) -> KeptMedium:
    if upload.size is not None and upload.size > PICTURE_BYTES:
        raise Invalid(
            f"The picture has {upload.size / 1_048_576:.0f} MB; at most 20 MB are taken. Save it "
            "smaller, and upload that.",
            code="picture_too_large",
            field="upload",
        )
    upload.seek(0)
    picture = rewrite_picture(upload.read())
    check_name(upload.name or "", "picture")
    key = store_file(picture.data, ending=picture.ending)
    return KeptMedium(key, picture.content_type, len(picture.data), picture.width, picture.height)


def keep_video(*, upload: UploadedFile[bytes], most_seconds: float | None = None) -> KeptMedium:
    """Copied first and cleaned before it gets its name, so that nothing uncleaned is ever found.

    `most_seconds` is how long it may play, as far as the file says that.
    """
    most = settings.WARREN_VIDEO_MB
    if upload.size is not None and upload.size > most * 1_048_576:
        raise Invalid(
            f"The video has {upload.size / 1_048_576:,.0f} MB; at most {most} MB are taken. Save "
            "it smaller, and upload that.",
            code="video_too_large",
            field="upload",
        )
    if not video_type(head_of(upload)):
        raise Invalid(
            "That kind of video is not taken. Save it as MP4 (H.264), and upload that.",
            code="video_kind_unknown",
            field="upload",
        )
    check_name(upload.name or "", "video")
    with NamedTemporaryFile(prefix="warren-upload-") as draft:
        for piece in upload.chunks():
            draft.write(piece)
        draft.flush()
        path = Path(draft.name)
        forget_place(path)
        facts = read_facts(path)
        if facts.content_type != WEBM and not facts.is_known:
            raise Invalid(
                "The video is damaged or unfinished: it does not say how long it is and how it is "
                "coded. Save it again as MP4 (H.264), and upload that.",
                code="video_damaged",
                field="upload",
            )
        if most_seconds is not None and facts.seconds > most_seconds:
            raise Invalid(
                f"The video plays for {facts.seconds / 60:.0f} minutes; at most "
                f"{most_seconds / 60:.0f} are taken as material. Cut it, and upload a part.",
                code="video_too_long",
                field="upload",
            )
        key = store_copy(path, ending=ENDINGS[facts.content_type])
    return _kept(key, facts)


def _kept(key: str, facts: VideoFacts) -> KeptMedium:
    return KeptMedium(
        reference=key,
        content_type=facts.content_type,
        size_bytes=facts.size_bytes,
        width=facts.width or None,
        height=facts.height or None,
        duration_seconds=facts.seconds or None,
    )
