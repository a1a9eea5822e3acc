"""What becomes of a file that a person gives us, and how it is given back.

A picture is decoded and written anew in a process with limits, so that only a picture is left of
it: no place, no camera, nothing hidden behind the pixels. A document stays as it came, is opened
only to read its text, and is only ever handed back as a download. Nothing that came from outside is
shown as a page of ours.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from .errors import Invalid, NotFound, Unavailable
from .videos import ENDINGS as VIDEO_ENDINGS

PICTURE_BYTES: Final = 20 * 1024 * 1024  # specification 1c
WALL_SECONDS: Final = 30.0
# Processes at once, of this one: each may take half a gigabyte.
_SEATS: Final = threading.BoundedSemaphore(2)
_WORKER: Final = Path(__file__).with_name("picture_worker.py")
_ENDINGS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# Shown in a page of ours because we wrote them ourselves; all else is a download.
SHOWN: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

# Played in a page of ours: looked at when it came, and nothing in it runs.
PLAYED: Final = {ending: content_type for content_type, ending in VIDEO_ENDINGS.items()}

# Endings that a name may have, by what the content is.
NAMED: Final = {
    "picture": {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif"},
    "video": {"mp4", "m4v", "mov", "qt", "webm"},
    "pdf": {"pdf"},
    "docx": {"docx"},
    "pptx": {"pptx"},
    "csv": {"csv", "tsv", "txt", "text", "tab"},
    "html": {"html", "htm", "xhtml"},
    "markdown": {"md", "markdown", "txt", "text"},
    # A table of one column is a text.
    "text": {"txt", "text", "md", "markdown", "log", "rst", "csv", "tsv"},
}
_ENDING = re.compile(r"\.([A-Za-z0-9]{1,10})\Z")
_DRAWING = re.compile(
    rb"\A[\s\xef\xbb\xbf]*+(?:(?:<\?xml[^>]*+>|<!--(?:(?!-->).)*+-->|<!doctype[^>]*+>)\s*+)*+"
    rb"<(?:\w++:)?svg\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: no metadata, upright, in a form that every network takes."""

    data: bytes
    content_type: str
    ending: str
    width: int
    height: int


def check_name(name: str, kind: str) -> None:
    """Refuse a file whose name says something else than its content (a key of NAMED).

    A name without an ending says nothing. Raises Invalid.
    """
    found = _ENDING.search(name.strip())
    if found is None or found[1].lower() in NAMED[kind]:
        return
    raise Invalid(
        f"The file is called .{found[1].lower()}, and its content is something else "
        f"({_IN_WORDS[kind]}). Give it its right ending, or save it again, and upload that.",
        code="upload_ending_wrong",
        field="upload",
    )


def refuse_drawing(head: bytes) -> None:
    """SVG is a program in a picture's clothes. Raises Invalid."""
    if _DRAWING.search(head[:4096]):
        raise Invalid(
            "That is a drawing (SVG), which can carry programs, so it is not taken. "
            "Save it as PNG, and upload that.",
            code="upload_is_drawing",
            field="upload",
        )


def rewrite_picture(
    data: bytes,
    *,
    box: tuple[float, float, float, float] | None = None,
    longest_pixels: int | None = None,
) -> Picture:
    """Decode and re-encode: EXIF (place, camera, time) and anything hidden in the file are gone.

    `box` cuts a part out first: left, top, width and height in ratios of the upright picture, all
    within it. `longest_pixels` then makes it smaller where a side is longer.

    Reads JPEG, PNG, WebP and GIF that stand still, up to 20 MB and 50 megapixels, in a process of
    its own with 512 MB and 15 s. Raises Invalid with what to do, and Unavailable when all seats are
    taken for half a minute.
    """
    if len(data) > PICTURE_BYTES:
        raise _refused("size", size_bytes=len(data))
    if not _SEATS.acquire(timeout=WALL_SECONDS):
        raise Unavailable(
            "Too many pictures are being opened now. Upload yours again in a minute.",
            code="pictures_busy",
            retry_after=60,
        )
    try:
        said = _in_another_process(data, {"box": box, "longest": longest_pixels})
    finally:
        _SEATS.release()
    head, _, body = said.partition(b"\n")
    try:
        found = json.loads(head)
    except ValueError:
        # It was ended by its limits, or the decoder crashed.
        raise _refused("memory") from None
    if why := found.get("refused"):
        raise _refused(why)
    form = found["form"]
    return Picture(body, f"image/{form.lower()}", _ENDINGS[form], found["width"], found["height"])


def _in_another_process(data: bytes, wishes: dict[str, Any] | None = None) -> bytes:
    command = [sys.executable, "-I", "-B", str(_WORKER), json.dumps(wishes or {})]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def hand_out(data: bytes, *, ending: str, name: str = "", seconds: int = 3600) -> HttpResponse:
    """A stored file as an answer: one of our own pictures to look at, or else a download.

    Whatever it is, a browser runs nothing in it and takes it for nothing else. `name` is what a
    download is called, without its ending. Raises NotFound for an ending that we never write.
    """
    return _dressed(HttpResponse(data), ending, name, seconds)


def hand_out_file(
    path: Path, *, ending: str, wanted: str = "", name: str = "", seconds: int = 3600
) -> HttpResponse:
    """The same for a file on the disk, streamed, and in pieces: players and networks fetch videos
    so. `wanted` is the request's Range header; one range is answered with 206, one beyond the end
    with 416, and anything else with the whole. Raises NotFound for a file that is gone.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise NotFound("There is no such file. It may have been deleted.") from None
    start, end, status = _range(wanted, size)
    if status == 416:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    # A page's answer to all that look at it: it is only not in the memory at once.
    response = cast(HttpResponse, StreamingHttpResponse(_pieces(path, start, end), status=status))
    response.headers["Content-Length"] = str(end - start)
    response.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return _dressed(response, ending, name, seconds)


def _range(wanted: str, size: int) -> tuple[int, int, int]:
    """(first byte, byte after the last, status) of one `bytes=` range (RFC 9110, 14.2)."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", wanted.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return 0, size, 200
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end, 206) if start < end else (0, 0, 416)


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(start)
        while start < end and (piece := stream.read(min(end - start, 1 << 17))):
            start += len(piece)
            yield piece


def _dressed(response: HttpResponse, ending: str, name: str, seconds: int) -> HttpResponse:
    if not re.fullmatch(r"[a-z0-9]{1,8}", ending):
        raise NotFound("There is no such file. It may have been deleted.")
    shown = SHOWN.get(ending) or PLAYED.get(ending)
    response.headers["Content-Type"] = shown or "application/octet-stream"
    name = name.removesuffix(f".{ending}")
    plain = re.sub(r"[^\w .,()+-]", "_", name).strip(" .")[:120] or "file"
    response.headers["Content-Disposition"] = (
        content_disposition_header(shown is None, f"{plain}.{ending}") or "inline"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = (
        f"private, max-age={seconds}" if shown else "private, no-store"
    )
    return response


_IN_WORDS: Final = {
    "picture": "a picture",
    "video": "a video",
    "pdf": "a PDF",
    "docx": "a Word document",
    "pptx": "a presentation",
    "csv": "a table",
    "html": "a web page",
    "markdown": "a text with Markdown",
    "text": "plain text",
}


def _refused(why: str, *, size_bytes: int = 0) -> Invalid:
    code, message = {
        "size": (
            "picture_too_large",
            f"The picture has {size_bytes / 1_048_576:.0f} MB; at most 20 MB are taken. "
            "Save it smaller, and upload that.",
        ),
        "pixels": (
            "picture_too_many_pixels",
            "The picture has more than 50 megapixels. Save it smaller, and upload that.",
        ),
        "motion": (
            "picture_moves",
            "The picture moves, and only its first moment would be kept. Save it as a video (MP4), "
            "or as a still picture, and upload that.",
        ),
        "kind": (
            "picture_kind_unknown",
            "That kind of picture is not taken. Save it as JPEG, PNG or WebP, and upload that.",
        ),
        "damage": (
            "picture_damaged",
            "The picture is damaged and cannot be opened. Save it again, and upload that.",
        ),
        "memory": (
            "picture_too_costly",
            "The picture takes too much memory or time to open. Save it smaller, and upload that.",
        ),
    }[why]
    return Invalid(message, code=code, field="upload")
