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
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from .errors import Invalid, NotFound, Unavailable

PICTURE_BYTES: Final = 20 * 1024 * 1024  # specification 1c
WALL_SECONDS: Final = 30.0
# Processes at once, of this one: each may take half a gigabyte.
_SEATS: Final = threading.BoundedSemaphore(2)
_WORKER: Final = Path(__file__).with_name("picture_worker.py")
_ENDINGS: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# Shown in a page of ours because we wrote them ourselves; all else is a download.
SHOWN: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

# Endings that a name may have, by what the content is.
NAMED: Final = {
    "picture": {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif"},
    "pdf": {"pdf"},
    "docx": {"docx"},
    "html": {"html", "htm", "xhtml"},
    "markdown": {"md", "markdown", "txt", "text"},
    "text": {"txt", "text", "md", "markdown", "log", "rst"},
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


def rewrite_picture(data: bytes) -> Picture:
    """Decode and re-encode: EXIF (place, camera, time) and anything hidden in the file are gone.

    Reads JPEG, PNG, WebP and GIF (its first frame) up to 20 MB and 50 megapixels, in a process of
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
        said = _in_another_process(data)
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


def _in_another_process(data: bytes) -> bytes:
    command = [sys.executable, "-I", "-B", str(_WORKER)]
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
    if not re.fullmatch(r"[a-z0-9]{1,8}", ending):
        raise NotFound("There is no such file. It may have been deleted.")
    shown = SHOWN.get(ending)
    response = HttpResponse(data, content_type=shown or "application/octet-stream")
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
    "pdf": "a PDF",
    "docx": "a Word document",
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
