"""Videos read, made to fit, or refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.kernel.errors import Invalid
from config.kernel.videos import forget_place, read_facts, video_type
from publishing.channels.errors import ChannelError
from publishing.channels.shapes import VideoLimits
from publishing.media.program import read_report, video_findings
from publishing.media.videos import fit_video, video_facts
from tests.videos import video

LIMITS = VideoLimits(max_bytes=2_000_000, max_seconds=60)


def kept(folder: Path, data: bytes, name: str = "in.mp4") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_an_mp4_says_itself_what_it_is(tmp_path: Path) -> None:
    facts = read_facts(kept(tmp_path, video()))
    assert (facts.content_type, facts.width, facts.height) == ("video/mp4", 128, 96)
    assert facts.seconds == pytest.approx(1.0, abs=0.1)
    assert (facts.codec, facts.audio_codec, facts.is_known) == ("h264", "aac", True)
    assert facts.fps == pytest.approx(10, abs=0.5)


def test_a_mov_and_one_in_fragments_say_it_too(tmp_path: Path) -> None:
    mov = read_facts(kept(tmp_path, video(kind="mov"), "in.mov"))
    assert (mov.content_type, mov.codec, mov.audio_codec) == ("video/quicktime", "h264", "aac")
    flags = ("-movflags", "frag_keyframe+empty_moov+delay_moov")
    pieces = video_facts(kept(tmp_path, video(more=flags)))
    assert (pieces.codec, pieces.width) == ("h264", 128)
    assert pieces.seconds == pytest.approx(1.0, abs=0.2)


def test_a_webm_is_read_by_ffmpeg_and_not_without(tmp_path: Path, settings: Any) -> None:
    path = kept(tmp_path, video(kind="webm"), "in.webm")
    facts = video_facts(path)
    assert (facts.content_type, facts.codec, facts.audio_codec) == ("video/webm", "vp9", "opus")
    assert (facts.width, facts.height) == (128, 96)
    settings.WARREN_FFMPEG = "none"
    assert not video_facts(path).is_known


def test_a_phone_held_upright_is_read_upright() -> None:
    said = """
  Duration: 00:01:02.50, start: 0.000000, bitrate: 128 kb/s
  Stream #0:0[0x1](und): Video: hevc (Main) (hvc1 / 0x31637668), yuv420p, 1920x1080, 45 kb/s, 29.97 fps, 25 tbr
    Side data:
      Display Matrix: rotation of -90.00 degrees
  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp
"""  # noqa: E501
    facts = read_report(said, "video/quicktime", 1)
    assert (facts.width, facts.height, facts.seconds, facts.fps) == (1080, 1920, 62.5, 29.97)
    assert (facts.codec, facts.audio_codec) == ("hevc", "aac")


def test_where_it_was_filmed_is_blanked_and_the_pictures_stay(tmp_path: Path) -> None:
    more = ("-metadata", "location=+48.1374+011.5755/", "-metadata", "title=At home")
    path = kept(tmp_path, video(kind="mov", more=more), "in.mov")
    before = read_facts(path)
    assert b"+48.13" in path.read_bytes()
    assert forget_place(path)
    assert b"+48.13" not in path.read_bytes() and b"At home" not in path.read_bytes()
    assert read_facts(path) == before
    assert not forget_place(path)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 64, b"\0\0\0\x18ftypheic" + b"\0" * 40, b"RIFF....AVI " + b"x" * 60]
)
def test_what_is_no_video_is_none(tmp_path: Path, data: bytes) -> None:
    assert video_type(data) == ""
    with pytest.raises(Invalid, match="not taken"):
        read_facts(kept(tmp_path, data))


@pytest.mark.parametrize("length", [40, 300, 900])
def test_half_a_video_is_refused(tmp_path: Path, length: int) -> None:
    path = kept(tmp_path, video()[:length])
    with pytest.raises(ChannelError) as caught:
        fit_video(path, LIMITS, folder=tmp_path)
    assert caught.value.code == "video_unreadable"


def test_boxes_that_lie_about_their_size_are_no_trap(tmp_path: Path) -> None:
    head = b"\0\0\0\x18ftypisom" + b"\0" * 12
    for box in (b"\0\0\0\x01moov" + b"\xff" * 8, b"\0\0\0\x04moov", b"\x7f\xff\xff\xffmoov"):
        assert not read_facts(kept(tmp_path, head + box)).is_known


def test_a_video_that_fits_goes_out_as_it_is(tmp_path: Path, settings: Any) -> None:
    settings.WARREN_FFMPEG = "none"
    path = kept(tmp_path, video())
    fitted = fit_video(path, LIMITS, folder=tmp_path)
    assert (fitted.path, fitted.note) == (path, "")


@pytest.mark.parametrize(
    ("given", "rules", "why"),
    [
        ({"kind": "webm"}, {}, "it is WebM"),
        ({"kind": "mov"}, {}, "it is MOV"),
        ({"size": "160x64"}, {"ratio_max": 1.91}, "its shape is 160 × 64"),
        ({"size": "64x160"}, {"ratio_min": 0.8}, "its shape is 64 × 160"),
        ({"size": "320x240"}, {"longest_side": 160}, "more than 160 pixels"),
        ({"rate": 50}, {"fps_max": 30.0}, "50 pictures a second"),
    ],
)
def test_what_does_not_fit_is_converted_whole_and_says_so(
    tmp_path: Path, given: dict[str, Any], rules: dict[str, Any], why: str
) -> None:
    path = kept(tmp_path, video(**given), f"in.{given.get('kind', 'mp4')}")
    limits = replace(LIMITS, **rules)
    fitted = fit_video(path, limits, folder=tmp_path, name="Video 1")
    facts = fitted.facts
    assert fitted.path != path
    assert (facts.content_type, facts.codec, facts.audio_codec) == ("video/mp4", "h264", "aac")
    assert facts.seconds == pytest.approx(1.0, abs=0.15)
    assert why in fitted.note and fitted.note.startswith("Video 1 was converted")
    assert fit_video(fitted.path, limits, folder=tmp_path).note == ""


def test_a_large_video_is_coded_smaller(tmp_path: Path) -> None:
    noisy = ("-vf", "noise=alls=80:allf=t", "-crf", "4")
    path = kept(tmp_path, video(size="160x120", more=noisy))
    limits = replace(LIMITS, max_bytes=140_000)
    assert path.stat().st_size > limits.max_bytes
    fitted = fit_video(path, limits, folder=tmp_path)
    assert fitted.facts.size_bytes <= limits.max_bytes
    assert "MB of 0.1 MB" in fitted.note or "MB of 0.2 MB" in fitted.note


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"max_seconds": 0.5}, "video_too_long"),
        ({"min_seconds": 3.0}, "video_too_short"),
        ({"shortest_side": 540}, "video_too_small"),
        ({"max_bytes": 5_000}, "video_too_large"),
    ],
)
def test_what_would_lose_something_is_refused(
    tmp_path: Path, rules: dict[str, Any], code: str
) -> None:
    path = kept(tmp_path, video())
    with pytest.raises(ChannelError) as caught:
        fit_video(path, replace(LIMITS, **rules), folder=tmp_path, name="Video 1")
    assert caught.value.code == code and caught.value.permanent
    assert caught.value.message.startswith("Video 1 ")


def test_without_ffmpeg_the_next_step_is_said(tmp_path: Path, settings: Any) -> None:
    settings.WARREN_FFMPEG = "none"
    with pytest.raises(ChannelError) as caught:
        fit_video(kept(tmp_path, video(kind="mov"), "in.mov"), LIMITS, folder=tmp_path)
    assert caught.value.code == "video_needs_ffmpeg"
    assert "it is MOV" in caught.value.message and "Save it" in caught.value.message


def test_a_playlist_in_a_video_s_clothes_opens_nothing(tmp_path: Path) -> None:
    """The demuxer is that of the file's own kind, so that no other file is named to it."""
    secret = kept(tmp_path, b"secret", "secret.txt")
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode()
    for head in (b"\0\0\0\x18ftypisom" + b"\0" * 12, b"\x1aE\xdf\xa3....webm"):
        with pytest.raises(ChannelError) as caught:
            fit_video(kept(tmp_path, head + playlist), LIMITS, folder=tmp_path)
        assert caught.value.code == "video_unreadable"


def test_the_doctor_says_whether_videos_can_be_converted(settings: Any) -> None:
    (found,) = video_findings()
    assert found.is_well and "ffmpeg" in found.says
    settings.WARREN_FFMPEG = "none"
    (missing,) = video_findings()
    assert missing.is_well is None and "ffmpeg" in missing.mend


def test_a_webm_goes_out_without_what_the_camera_wrote(tmp_path: Path) -> None:
    more = ("-metadata", "location=+48.1374+011.5755/")
    path = kept(tmp_path, video(kind="webm", more=more), "in.webm")
    assert b"+48.13" in path.read_bytes()
    takes = replace(LIMITS, types=("video/webm",), codecs=("vp9",), audio_codecs=("opus",))
    fitted = fit_video(path, takes, folder=tmp_path)
    assert b"+48.13" not in fitted.path.read_bytes()
    assert (fitted.facts.codec, fitted.facts.audio_codec) == ("vp9", "opus")
    assert "hidden data" in fitted.note
