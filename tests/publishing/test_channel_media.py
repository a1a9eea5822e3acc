"""Pictures made to fit, or refused in words."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image

from publishing.channels.errors import ChannelError
from publishing.channels.media import fit_image
from publishing.channels.shapes import Limits
from tests.peers.sessions import picture

LIMITS = Limits(
    max_characters=300,
    images_max=4,
    image_max_bytes=200_000,
    image_types=("image/jpeg", "image/png"),
)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_picture_that_fits_goes_out_as_it_is() -> None:
    data = picture(120, 80)
    fitted = fit_image(data, LIMITS)
    assert fitted.data == data
    assert (fitted.content_type, fitted.width, fitted.height, fitted.note) == (
        "image/jpeg",
        120,
        80,
        "",
    )


def test_a_large_picture_gets_small_enough_and_says_so() -> None:
    data = picture(900, 600, kind="PNG", noise=True)
    fitted = fit_image(data, LIMITS, name="Picture 3")
    assert len(data) > LIMITS.image_max_bytes >= len(fitted.data)  # type: ignore[operator]
    assert opened(fitted.data).size == (fitted.width, fitted.height)
    assert fitted.note.startswith("Picture 3 was made smaller, from")
    assert abs(fitted.width / fitted.height - 1.5) < 0.02


def test_the_same_picture_gives_the_same_bytes_again() -> None:
    data = picture(900, 600, kind="PNG", noise=True)
    assert fit_image(data, LIMITS) == fit_image(data, LIMITS)


def test_place_and_camera_are_left_out_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    data = picture(120, 80, exif=exif)
    fitted = fit_image(data, LIMITS)
    assert (fitted.width, fitted.height) == (80, 120)
    assert not opened(fitted.data).getexif()
    assert "hidden data" in fitted.note


def test_a_format_that_the_platform_does_not_take_is_turned_into_one() -> None:
    fitted = fit_image(picture(60, 40, kind="WEBP"), LIMITS)
    assert fitted.content_type == "image/jpeg"


def test_transparency_stays_where_the_platform_shows_it() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(buffer, "WEBP", lossless=True)
    fitted = fit_image(buffer.getvalue(), LIMITS)
    assert fitted.content_type == "image/png"
    assert opened(fitted.data).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_transparency_becomes_white_where_the_platform_does_not() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(buffer, "PNG")
    only_jpeg = Limits(max_characters=300, images_max=1, image_types=("image/jpeg",))
    pixel = opened(fit_image(buffer.getvalue(), only_jpeg).data).convert("RGB").getpixel((0, 0))
    assert pixel == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:200], b"<svg/>"])
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ChannelError) as caught:
        fit_image(data, LIMITS, name="Picture 1")
    assert caught.value.permanent
    assert caught.value.message.startswith("Picture 1 cannot be read")


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 9000, 9000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    with pytest.raises(ChannelError) as caught:
        fit_image(bomb, LIMITS)
    assert caught.value.code == "image_too_large"


def animation(kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (60, 40), color) for color in ("teal", "orange", "white")]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=200)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_refused_rather_than_stilled(kind: str) -> None:
    with pytest.raises(ChannelError) as caught:
        fit_image(animation(kind), LIMITS, name="Picture 2")
    assert caught.value.code == "image_moves"
    assert caught.value.message.startswith("Picture 2 moves")


def test_an_animation_goes_where_animations_are_taken() -> None:
    moving = replace(LIMITS, image_types=("image/gif", "image/jpeg"))
    assert fit_image(animation(), moving).data == animation()
    with pytest.raises(ChannelError):
        fit_image(animation(), replace(moving, image_max_bytes=20))


@pytest.mark.parametrize(("size", "expected"), [((900, 300), 1.91), ((300, 900), 0.8)])
def test_a_shape_that_is_not_taken_gets_edges_and_loses_nothing(
    size: tuple[int, int], expected: float
) -> None:
    limits = replace(LIMITS, image_ratio_min=0.8, image_ratio_max=1.91)
    fitted = fit_image(picture(*size), limits)
    assert 0.8 <= fitted.width / fitted.height <= 1.91
    assert fitted.width / fitted.height == pytest.approx(expected, abs=0.01)
    image = opened(fitted.data).convert("RGB")
    assert image.getpixel((2, 2)) == (255, 255, 255)
    assert image.getpixel((fitted.width // 2, fitted.height // 2)) != (255, 255, 255)
    assert "white edges" in fitted.note
    assert fit_image(fitted.data, limits).data == fitted.data


def test_a_side_that_is_too_long_shrinks_and_one_too_short_is_refused() -> None:
    limits = replace(LIMITS, image_longest_side=100, image_shortest_side=50)
    fitted = fit_image(picture(150, 120), limits)
    assert (fitted.width, fitted.height) == (100, 80)
    assert "made smaller" in fitted.note
    with pytest.raises(ChannelError, match="at least 50"):
        fit_image(picture(90, 40), limits)
    with pytest.raises(ChannelError, match="cannot be made"):
        fit_image(picture(400, 60), limits)
