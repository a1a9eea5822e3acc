"""A library with folders, pictures of every shape, a video and cuts; links that were followed."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from config.kernel.scoping import org_atomic
from content.services.library import keep_file, note_use
from content.services.library_cuts import box_for, cut_asset
from publishing.models import TrackedLink
from tests import make_library as make
from tests.videos import video
from tests.world import World

LONG_NAME = "Donaudampfschifffahrtsgesellschaft_Anlegestelle_bei_Sonnenaufgang_final_v12"
SHAPES: tuple[tuple[str, int, int, str, list[str]], ...] = (
    ("Harbour at dawn", 1200, 800, "steelblue", ["harbour", "morning"]),
    ("Mast, varnished", 800, 1400, "peru", ["mast"]),
    ("Logo on white", 600, 600, "seashell", ["logo"]),
    ("Panorama of the quay", 2000, 600, "slategray", ["harbour"]),
    (LONG_NAME, 640, 800, "darkolivegreen", []),
)


def library(world: World) -> dict[str, Any]:
    """Ids for addresses: `asset`, `folder`, `upload`, `signature` and `tracked`."""
    with org_atomic(world.id):
        folder = make.asset_folder(world.brand, name="Workshop")
        make.asset_folder(world.brand, name="Masts", parent=folder)
        make.asset_folder(name="Press")
        assets = []
        for number, (name, width, height, color, tags) in enumerate(SHAPES):
            asset = keep_file(
                upload=SimpleUploadedFile("x.jpg", _scene(width, height, color, number)),
                brand=world.brand,
                folder=folder if number == 1 else None,
                by=world.editor,
                name=name,
                alt="" if number == 4 else f"{name}, seen from the water.",
            )
            asset.tags = tags
            asset.save(update_fields=["tags"])
            assets.append(asset)
        film = SimpleUploadedFile("launch.mp4", video())
        keep_file(upload=film, brand=world.brand, folder=None, by=world.editor, name="Launch")
        assets[0].focal_x = 0.3
        cut_asset(asset=assets[0], box=box_for(assets[0], 1.0), by=world.editor)
        note_use([assets[0].pk])
        signature = make.signature(world.brand, is_default=True, platforms=["linkedin"])
        upload = make.upload_row(world.owner, world.brand)
        link = make.tracked_link(world.brand)
        make.tracked_link(world.brand, url="https://harbour.example/masts?year=2027#prices")
        TrackedLink.objects.filter(pk=link.pk).update(clicks_count=1_412, visitors_count=963)
    return {
        "asset": assets[0].pk,
        "folder": folder.pk,
        "upload": upload.pk,
        "signature": signature.pk,
        "tracked": link.pk,
        "code": link.code,
    }


def _scene(width: int, height: int, color: str, number: int) -> bytes:
    """A sky, a sea and a sun, each somewhere else."""
    image = Image.new("RGB", (width, height), color)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill="midnightblue")
    left, radius = width * (number + 1) // 7, min(width, height) // 8
    box = (left - radius, height // 3 - radius, left + radius, height // 3 + radius)
    draw.ellipse(box, fill="gold")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
