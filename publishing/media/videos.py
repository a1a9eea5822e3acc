"""A video held against a network's rules: as it is, written anew by ffmpeg, or refused in words.

Nothing is ever cut, neither in time nor at the edges: what is too long, too short or too small is
refused. Shapes get black edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.kernel.videos import ENDINGS, MP4, WEBM, VideoFacts, read_facts
from publishing.channels.errors import ChannelError
from publishing.channels.shapes import VideoLimits

from .program import convert, ffmpeg, look

AUDIO_BITS = 128_000
LEAST_BITS = 200_000
"""Bits a second below which a picture in motion is mush."""
MOST_BITS = 12_000_000
RATIO_SLACK = 0.01
"""Sides are whole and even numbers of pixels, so a ratio is only met that nearly."""

_TYPES = {MP4: "MP4", "video/quicktime": "MOV", "video/webm": "WebM"}


@dataclass(frozen=True, slots=True)
class FittedVideo:
    """`path` is the file that fits: the given one, or the written one. `note` is for people."""

    path: Path
    facts: VideoFacts
    note: str = ""


def video_facts(path: Path) -> VideoFacts:
    """What a video is: by its own boxes, and by ffmpeg where they do not say enough."""
    facts = read_facts(path)
    program = ffmpeg()
    if facts.is_known or program is None:
        return facts
    return look(path, facts.content_type, program)


def is_quickly_told(facts: VideoFacts, limits: VideoLimits) -> bool:
    """Whether its facts alone say that it fits or never will, so that no conversion is needed."""
    if not facts.is_known:
        return False
    try:
        _refuse_misfit(facts, limits, "The video")
    except ChannelError:
        return True
    return not _changes(facts, limits)


def fit_video(
    path: Path, limits: VideoLimits, *, folder: Path, name: str = "The video"
) -> FittedVideo:
    """The video as `limits` take it; a new one is written into `folder`.

    Raises ChannelError (refused; a retry does not help) with the reason and what to do.
    """
    facts = video_facts(path)
    if not facts.is_known:
        raise _refused(
            f"{name} does not say how long it is and how it is coded"
            + (", or it is damaged" if ffmpeg() else ", and there is no ffmpeg here to look closer")
            + ": save it again as MP4 (H.264 and AAC), and put that in its place.",
            "video_unreadable",
        )
    _refuse_misfit(facts, limits, name)
    changes = _changes(facts, limits)
    program = ffmpeg()
    if not changes and facts.content_type == WEBM and program:
        return _without_tags(path, facts, program, folder, name)
    if not changes:
        return FittedVideo(path, facts)
    if program is None:
        raise _refused(
            f"{name} does not fit: {', '.join(changes)}. This installation cannot convert videos "
            "(ffmpeg is missing). Save it so that it fits, and put that in its place.",
            "video_needs_ffmpeg",
        )
    if MP4 not in limits.types or "h264" not in limits.codecs or "aac" not in limits.audio_codecs:
        raise _refused(
            f"{name} does not fit: {', '.join(changes)}. Save it so that it does, and put that in "
            "its place.",
            "video_unfit",
        )
    return _written(path, facts, limits, changes, program, folder, name)


def _without_tags(
    path: Path, facts: VideoFacts, program: str, folder: Path, name: str
) -> FittedVideo:
    """The same pictures and sound; what a camera wrote beside them (place, device) is left out. MP4
    and MOV lost theirs when they were taken in."""
    target = folder / f"bare.{ENDINGS[WEBM]}"
    kept = ["-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-c", "copy"]
    options = [*kept, "-fflags", "+bitexact", "-f", "webm"]
    most = facts.size_bytes + 1_000_000
    if not convert(path, target, WEBM, program, options, seconds=facts.seconds, most_bytes=most):
        raise _refused(
            f"{name} could not be freed of its hidden data: save it as MP4 (H.264 and AAC), and "
            "put that in its place.",
            "video_not_converted",
        )
    note = f"{name} was saved again without its hidden data (place, device)."
    return FittedVideo(target, video_facts(target), note)


def _refuse_misfit(facts: VideoFacts, limits: VideoLimits, name: str) -> None:
    """What no conversion mends without losing something."""
    if limits.max_seconds is not None and facts.seconds > limits.max_seconds + 0.05:
        raise _refused(
            f"{name} plays {_clock(facts.seconds)}, and this network takes at most "
            f"{_clock(limits.max_seconds)}: cut it, and put that in its place.",
            "video_too_long",
        )
    if facts.seconds < limits.min_seconds - 0.05:
        raise _refused(
            f"{name} plays {_clock(facts.seconds)}, and this network takes no less than "
            f"{_clock(limits.min_seconds)}: use a longer one.",
            "video_too_short",
        )
    if limits.shortest_side is not None and min(facts.width, facts.height) < limits.shortest_side:
        raise _refused(
            f"{name} has {facts.width} × {facts.height} pixels, and its shorter side needs at "
            f"least {limits.shortest_side} here: use a larger one.",
            "video_too_small",
        )


def _changes(facts: VideoFacts, limits: VideoLimits) -> list[str]:
    """In words, what has to become another; empty when the video fits as it is."""
    found = []
    if facts.content_type not in limits.types:
        found.append(f"it is {_TYPES[facts.content_type]}")
    if facts.codec not in limits.codecs:
        found.append(f"its pictures are coded as {facts.codec}")
    if facts.audio_codec and facts.audio_codec not in limits.audio_codecs:
        found.append(f"its sound is coded as {facts.audio_codec}")
    if facts.size_bytes > limits.max_bytes:
        found.append(f"it has {_megabytes(facts.size_bytes)} of {_megabytes(limits.max_bytes)}")
    if limits.longest_side is not None and max(facts.width, facts.height) > limits.longest_side:
        found.append(f"its longer side has more than {limits.longest_side} pixels")
    if _frame(facts, limits) is not None:
        found.append(f"its shape is {facts.width} × {facts.height}")
    if limits.fps_max is not None and facts.fps > limits.fps_max + 0.1:
        found.append(f"it has {facts.fps:.0f} pictures a second")
    return found


def _frame(facts: VideoFacts, limits: VideoLimits) -> float | None:
    """The nearest ratio that is taken; None when the video's own is."""
    ratio = facts.width / facts.height
    if limits.ratio_min is not None and ratio < limits.ratio_min - RATIO_SLACK:
        return limits.ratio_min
    if limits.ratio_max is not None and ratio > limits.ratio_max + RATIO_SLACK:
        return limits.ratio_max
    return None


def _written(
    path: Path,
    facts: VideoFacts,
    limits: VideoLimits,
    changes: list[str],
    program: str,
    folder: Path,
    name: str,
) -> FittedVideo:
    bits = _bits(facts, limits, name)
    for tightness in (1.0, 0.5):
        target = folder / f"fitted-{int(tightness * 10)}.{ENDINGS[MP4]}"
        options = _options(facts, limits, int(bits * tightness))
        is_done = convert(
            path,
            target,
            facts.content_type,
            program,
            options,
            seconds=facts.seconds,
            most_bytes=limits.max_bytes,
        )
        if is_done and target.stat().st_size <= limits.max_bytes:
            fitted = video_facts(target)
            return FittedVideo(target, fitted, _note(name, changes, facts, fitted))
    raise _refused(
        f"{name} could not be converted ({', '.join(changes)}): save it as MP4 (H.264 and AAC), "
        "and put that in its place.",
        "video_not_converted",
    )


def _bits(facts: VideoFacts, limits: VideoLimits, name: str) -> int:
    """Bits a second that the pictures may have, so that the whole fits."""
    bits = int(limits.max_bytes * 8 * 0.92 / facts.seconds) - AUDIO_BITS
    if bits < LEAST_BITS:
        raise _refused(
            f"{name} is too long for {_megabytes(limits.max_bytes)}: cut it, and put that in its "
            "place.",
            "video_too_large",
        )
    return min(bits, MOST_BITS)


def _options(facts: VideoFacts, limits: VideoLimits, bits: int) -> list[str]:
    filters = _filters(facts, limits)
    rate = ["-r", f"{limits.fps_max:g}"] if _is_too_fast(facts, limits) else []
    return [
        *("-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
        *("-maxrate", str(bits), "-bufsize", str(bits), "-vf", filters, *rate),
        *("-c:a", "aac", "-b:a", str(AUDIO_BITS), "-ac", "2", "-threads", "2"),
        *("-movflags", "+faststart", "-fflags", "+bitexact", "-f", "mp4"),
    ]


def _is_too_fast(facts: VideoFacts, limits: VideoLimits) -> bool:
    return limits.fps_max is not None and facts.fps > limits.fps_max + 0.1


def _filters(facts: VideoFacts, limits: VideoLimits) -> str:
    """Smaller, then black edges; all sides even, as the codec wants them."""
    longest = limits.longest_side or max(facts.width, facts.height)
    scale = min(1.0, longest / max(facts.width, facts.height))
    width, height = _even(facts.width * scale), _even(facts.height * scale)
    frame_width, frame_height = width, height
    ratio = _frame(facts, limits)
    if ratio is not None and width / height < ratio:
        frame_width = _even(height * ratio)
    elif ratio is not None:
        frame_height = _even(width / ratio)
    return (
        f"scale={width}:{height},pad={frame_width}:{frame_height}:(ow-iw)/2:(oh-ih)/2:black,"
        "setsar=1"
    )


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _note(name: str, changes: list[str], before: VideoFacts, after: VideoFacts) -> str:
    return (
        f"{name} was converted, because {', '.join(changes)}: from {_megabytes(before.size_bytes)} "
        f"and {before.width} × {before.height} pixels to MP4 of {_megabytes(after.size_bytes)} and "
        f"{after.width} × {after.height}, whole."
    )


def _refused(sentence: str, code: str) -> ChannelError:
    return ChannelError(sentence, permanent=True, code=code)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}".removeprefix("0:") + " min"
