"""What a video file is, read from its own boxes: no program is started and no frame is decoded.

MP4 and MOV say their size, length and codecs in the box `moov` (ISO/IEC 14496-12); of WebM only the
kind is known here. What a camera wrote about place and owner lies in boxes of their own, which are
blanked where they lie, so that nothing else moves.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from .errors import Invalid

MP4, MOV, WEBM = "video/mp4", "video/quicktime", "video/webm"
ENDINGS: Final = {MP4: "mp4", MOV: "mov", WEBM: "webm"}
"""What a stored video's name ends in. All three can be played by a browser."""

_CODECS: Final = {
    b"avc1": "h264",
    b"avc3": "h264",
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"av01": "av1",
    b"mp4v": "mpeg4",
    b"ap4h": "prores",
    b"apch": "prores",
    b"apcn": "prores",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
    b".mp3": "mp3",
    b"alac": "alac",
    b"sowt": "pcm_s16le",
    b"lpcm": "pcm_s16le",
}
_MOST_HEAD_BYTES: Final = 64 * 1024 * 1024
_MOST_BOXES: Final = 20_000
_FOLDERS: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_TELLING: Final = {b"udta", b"meta", b"uuid"}


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """Codecs by the names that ffmpeg gives them, `audio_codec` "" where it is silent. Width and
    height as shown, after a turn. 0 and "" stand for what the file does not say."""

    content_type: str
    size_bytes: int
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    codec: str = ""
    audio_codec: str = ""
    fps: float = 0.0

    @property
    def is_known(self) -> bool:
        return bool(self.width and self.height and self.seconds > 0 and self.codec)


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    """Where its content begins."""
    end: int


def video_type(head: bytes) -> str:
    """The kind of video by its first 64 bytes, whatever it is called; "" for anything else."""
    if head[4:8] == b"ftyp":
        if head[8:12] == b"qt  ":
            return MOV
        return "" if head[8:12] in _PICTURE_BRANDS else MP4
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip"):
        return MOV
    return WEBM if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64] else ""


_PICTURE_BRANDS: Final = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


def read_facts(path: Path) -> VideoFacts:
    """What the file says of itself; of a WebM, and where boxes are broken, only kind and size.

    Raises Invalid when it is no MP4, MOV or WebM.
    """
    with path.open("rb") as stream:
        content_type = video_type(stream.read(64))
        size_bytes = path.stat().st_size
        if not content_type:
            raise Invalid(
                "That kind of video is not taken. Save it as MP4 (H.264), and upload that.",
                code="video_kind_unknown",
                field="upload",
            )
        if content_type == WEBM:
            return VideoFacts(content_type, size_bytes)
        try:
            found = _movie(stream, size_bytes)
        except (ValueError, OverflowError):
            found = {}
    return VideoFacts(content_type, size_bytes, **found)


def forget_place(path: Path) -> bool:
    """Blank what a camera wrote beside the pictures: place, owner, device. True if there was any.

    The boxes keep their length and become free space, so that every offset in the file stays right.
    """
    with path.open("r+b") as stream:
        if video_type(stream.read(64)) not in (MP4, MOV):
            return False
        try:
            telling = _telling(stream, path.stat().st_size)
        except ValueError:
            return False
        for box, head_bytes in telling:
            stream.seek(box.start - head_bytes + 4)
            stream.write(b"free")
            stream.seek(box.start)
            _blank(stream, box.end - box.start)
        stream.flush()
        os.fsync(stream.fileno())
    return bool(telling)


def _blank(stream: BinaryIO, length: int) -> None:
    while length > 0:
        piece = min(length, 1 << 20)
        stream.write(b"\0" * piece)
        length -= piece


def _telling(stream: BinaryIO, size: int) -> list[tuple[_Box, int]]:
    found: list[tuple[_Box, int]] = []
    for box, head_bytes in _boxes(stream, 0, size):
        if box.kind in _TELLING:
            found.append((box, head_bytes))
        elif box.kind == b"moov":
            for inner, inner_head in _boxes(stream, box.start, box.end):
                if inner.kind in _TELLING:
                    found.append((inner, inner_head))
                elif inner.kind == b"trak":
                    found += [
                        each
                        for each in _boxes(stream, inner.start, inner.end)
                        if each[0].kind in _TELLING
                    ]
    return found


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[_Box, int]]:
    """Boxes side by side, each with the length of its head. Raises ValueError for broken ones."""
    count = 0
    while start + 8 <= end:
        stream.seek(start)
        head = stream.read(16)
        if len(head) < 8:
            raise ValueError("The file ends inside a box.")
        size, head_bytes = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, head_bytes = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head_bytes or start + size > end or (count := count + 1) > _MOST_BOXES:
            raise ValueError("A box says a size that it cannot have.")
        yield _Box(head[4:8], start + head_bytes, start + size), head_bytes
        start += size


def _movie(stream: BinaryIO, size: int) -> dict[str, Any]:
    moov = next((box for box, _ in _boxes(stream, 0, size) if box.kind == b"moov"), None)
    if moov is None or moov.end - moov.start > _MOST_HEAD_BYTES:
        raise ValueError("There is no head.")
    found: dict[str, Any] = {"seconds": _movie_seconds(stream, moov)}
    for trak, _ in _boxes(stream, moov.start, moov.end):
        if trak.kind != b"trak":
            continue
        track = _leaves(stream, trak)
        handler = _bytes(stream, track.get(b"hdlr"), 12)[8:12]
        codec = _codec(stream, track)
        if handler == b"vide" and "codec" not in found:
            width, height = _sides(stream, track.get(b"tkhd"))
            found |= {"codec": codec, "width": width, "height": height}
            found["fps"] = _rate(stream, track)
        elif handler == b"soun" and "audio_codec" not in found:
            found["audio_codec"] = codec or "unknown"
    return found


def _leaves(stream: BinaryIO, folder: _Box) -> dict[bytes, _Box]:
    """Every box of a track by its kind, folders opened."""
    found: dict[bytes, _Box] = {}
    for box, _ in _boxes(stream, folder.start, folder.end):
        if box.kind in _FOLDERS:
            # A QuickTime track has a second handler further in; the outer one says what it is.
            found = _leaves(stream, box) | found
        else:
            found.setdefault(box.kind, box)
    return found


def _bytes(stream: BinaryIO, box: _Box | None, most: int) -> bytes:
    if box is None:
        return b""
    stream.seek(box.start)
    return stream.read(min(most, box.end - box.start))


def _number(data: bytes, start: int, length: int = 4) -> int:
    return int.from_bytes(data[start : start + length], "big")


def _time(data: bytes) -> tuple[int, int]:
    """(units a second, length in units) of `mvhd` and `mdhd`, whose version 1 has longer fields."""
    if data[:1] == b"\x01":
        return _number(data, 20), _number(data, 24, 8)
    return _number(data, 12), _number(data, 16)


def _movie_seconds(stream: BinaryIO, moov: _Box) -> float:
    """From the head, or for a file in fragments from the box that says their whole length."""
    inside = {box.kind: box for box, _ in _boxes(stream, moov.start, moov.end)}
    units, length = _time(_bytes(stream, inside.get(b"mvhd"), 32))
    fragments = inside.get(b"mvex")
    if not length and fragments is not None:
        said = {box.kind: box for box, _ in _boxes(stream, fragments.start, fragments.end)}
        data = _bytes(stream, said.get(b"mehd"), 12)
        length = _number(data, 4, 8 if data[:1] == b"\x01" else 4)
    return length / units if units else 0.0


def _sides(stream: BinaryIO, box: _Box | None) -> tuple[int, int]:
    """Width and height as shown: the last two numbers of `tkhd`, turned as its matrix says."""
    data = _bytes(stream, box, 104)
    body = data[52:88] if data[:1] == b"\x01" else data[40:76]
    tail = data[88:96] if data[:1] == b"\x01" else data[76:84]
    width, height = _number(tail, 0) >> 16, _number(tail, 4) >> 16
    is_upright = _number(body, 0) != 0 or len(body) < 36
    return (width, height) if is_upright else (height, width)


def _codec(stream: BinaryIO, track: dict[bytes, _Box]) -> str:
    head = _bytes(stream, track.get(b"stsd"), 16)
    kind = head[12:16]
    return _CODECS.get(kind, kind.decode("latin-1").strip().lower() if kind else "")


def _rate(stream: BinaryIO, track: dict[bytes, _Box]) -> float:
    """Frames a second: as many as the table of their lengths counts, over the track's length."""
    units, length = _time(_bytes(stream, track.get(b"mdhd"), 32))
    data = _bytes(stream, track.get(b"stts"), 8 + 8 * 100_000)
    entries = min(_number(data, 4), (len(data) - 8) // 8)
    frames = sum(_number(data, 8 + 8 * index) for index in range(entries))
    return frames * units / length if length and units else 0.0
