from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.kernel.videos import MP4
from publishing.media.program import frames
from tests.videos import video


@pytest.mark.parametrize(("most", "count"), [(10, 3), (2, 2)])
def test_a_frame_is_taken_every_ten_seconds(tmp_path: Path, most: int, count: int) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(video(seconds=21.0, rate=1, sound=False))
    found = frames(path, MP4, every_seconds=10, most=most)
    assert len(found) == count
    with Image.open(io.BytesIO(found[0])) as image:
        assert (image.format, image.size) == ("JPEG", (768, 576))


def test_without_the_program_and_of_a_broken_file_there_are_none(
    tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64)
    assert frames(path, MP4, every_seconds=10, most=10) == []
    settings.WARREN_FFMPEG = "none"
    path.write_bytes(video())
    assert frames(path, MP4, every_seconds=10, most=10) == []
