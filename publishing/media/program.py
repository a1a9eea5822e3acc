"""ffmpeg as a program of its own: found, run with limits, and understood by what it prints.

It gets one file to read and one to write, by the demuxer of the file's own kind, and may open
nothing else: a playlist in a video's clothes reads no other file and no address.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from config.kernel.checks import Finding
from config.kernel.videos import MOV, MP4, WEBM, VideoFacts

_LIMITED = Path(__file__).with_name("limited.py")
MEMORY_BYTES = 3 * 1024**3
MOST_SECONDS = 1_200
FRAME_PIXELS, FRAME_SECONDS = 768, 120
_DEMUXERS = {MP4: "mov", MOV: "mov", WEBM: "matroska"}

_DURATION = re.compile(r"^[ \t]*Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_VIDEO = re.compile(r"^[ \t]*Stream #\S+: Video: (\w+).*?, (\d{2,5})x(\d{2,5})(.*)$", re.MULTILINE)
_AUDIO = re.compile(r"^[ \t]*Stream #\S+: Audio: (\w+)", re.MULTILINE)
_RATE = re.compile(r", ([\d.]+)(k?) fps")
_SHAPE = re.compile(r"SAR (\d+):(\d+)")
_TURN = re.compile(r"rotation of (-?[\d.]+) degrees")


def ffmpeg() -> str | None:
    """Where the program is: the setting WARREN_FFMPEG, the machine's own, else that of the extra
    `video`. None when there is none, or the setting says "none"."""
    if settings.WARREN_FFMPEG == "none":
        return None
    return settings.WARREN_FFMPEG or _found()


@cache
def _found() -> str | None:
    if system := shutil.which("ffmpeg"):
        return system
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return None


def video_findings() -> Iterator[Finding]:
    """For the doctor: whether videos can be converted here."""
    if program := ffmpeg():
        yield Finding("Videos", True, f"converted by {program}")
    else:
        yield Finding(
            "Videos",
            None,
            "go out only where they fit a network as they are: there is no ffmpeg here",
            "apt-get install ffmpeg, or install the extra: pip install imageio-ffmpeg",
        )


def look(path: Path, content_type: str, program: str) -> VideoFacts:
    """What ffmpeg says of a file, which is read only as far as its head."""
    done = _run(program, ["-i", f"file:{path}"], content_type, seconds=30, file_bytes=0)
    return read_report(done.stderr.decode("utf-8", "replace"), content_type, path.stat().st_size)


def read_report(said: str, content_type: str, size_bytes: int) -> VideoFacts:
    """Facts out of what `ffmpeg -i` prints; 0 and "" for what is not in it."""
    duration, video, audio = _DURATION.search(said), _VIDEO.search(said), _AUDIO.search(said)
    seconds = 0.0
    if duration:
        seconds = int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3])
    if video is None:
        return VideoFacts(content_type, size_bytes, seconds=seconds)
    width, height = int(video[2]), int(video[3])
    if shape := _SHAPE.search(video[4]):
        width = round(width * int(shape[1]) / max(1, int(shape[2])))
    turn = _TURN.search(said)
    if turn and round(float(turn[1]) / 90) % 2:
        width, height = height, width
    rate = _RATE.search(video[4])
    return VideoFacts(
        content_type=content_type,
        size_bytes=size_bytes,
        width=width,
        height=height,
        seconds=seconds,
        codec=video[1],
        audio_codec=audio[1] if audio else "",
        fps=float(rate[1]) * (1000 if rate[2] else 1) if rate else 0.0,
    )


def convert(
    source: Path,
    target: Path,
    content_type: str,
    program: str,
    options: Sequence[str],
    *,
    seconds: float,
    most_bytes: int,
) -> bool:
    """Write `target` anew out of `source`; False when the program failed or met its limits.

    `seconds` is how long the video plays: the limits of time follow it.
    """
    arguments = ["-v", "error", "-y", "-i", f"file:{source}", *options, f"file:{target}"]
    wall = min(MOST_SECONDS, 60 + 20 * seconds)
    # Half again as much, so that one that came out too large is noticed and not cut.
    done = _run(program, arguments, content_type, seconds=wall, file_bytes=most_bytes * 3 // 2)
    return done.returncode == 0 and target.exists() and target.stat().st_size > 0


def frames(path: Path, content_type: str, *, every_seconds: int, most: int) -> list[bytes]:
    """A frame every so many seconds as JPEGs of at most 768 pixels; none without the program."""
    program = ffmpeg()
    if program is None:
        return []
    box = f"scale={FRAME_PIXELS}:{FRAME_PIXELS}:force_original_aspect_ratio=decrease"
    with TemporaryDirectory(prefix="warren-frames-") as folder:
        arguments = [
            *("-v", "error", "-y", "-i", f"file:{path}", "-an", "-sn"),
            *("-vf", f"fps=1/{every_seconds}:round=up,{box}"),
            *("-frames:v", str(most), "-q:v", "4", "-f", "image2", f"{folder}/%03d.jpg"),
        ]
        _run(program, arguments, content_type, seconds=FRAME_SECONDS, file_bytes=4 * 1024 * 1024)
        return [each.read_bytes() for each in sorted(Path(folder).glob("*.jpg"))[:most]]


def _run(
    program: str, arguments: Sequence[str], content_type: str, *, seconds: float, file_bytes: int
) -> subprocess.CompletedProcess[bytes]:
    safe = ["-nostdin", "-hide_banner", "-protocol_whitelist", "file"]
    demuxer = ["-f", _DEMUXERS[content_type]]
    place = list(arguments).index("-i")
    ordered = [*safe, *arguments[:place], *demuxer, *arguments[place:]]
    limits = [str(int(seconds * 2)), str(MEMORY_BYTES), str(file_bytes)]
    command = [sys.executable, "-I", "-B", str(_LIMITED), *limits, program, *ordered]
    try:
        return subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess(command, 1, b"", error.stderr or b"")
