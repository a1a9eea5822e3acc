"""Small videos for tests, made by ffmpeg once a run and kept beside the other things of the run."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from publishing.media.program import ffmpeg


@cache
def video(
    *,
    size: str = "128x96",
    seconds: float = 1.0,
    kind: str = "mp4",
    rate: int = 10,
    sound: bool = True,
    more: tuple[str, ...] = (),
) -> bytes:
    """Bytes of a moving test picture: H.264 and AAC in MP4 and MOV, VP9 and Opus in WebM."""
    program = ffmpeg()
    assert program, "the tests' lock brings ffmpeg"
    target = Path(mkdtemp(prefix="warren-video-")) / f"sample.{kind}"
    coded = (
        ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
        if kind == "webm"
        else ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    )
    tone = ("-f", "lavfi", "-i", "sine=frequency=440") if sound else ()
    picture = ("-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}")
    command = [program, "-v", "error", "-y", *picture, *tone, "-t", str(seconds)]
    subprocess.run([*command, *coded, *more, str(target)], check=True)
    data = target.read_bytes()
    target.unlink()
    target.parent.rmdir()
    return data
