"""What networks need beside a text, as the agent gives it by itself: a title, a picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from billing.models import CreditTransaction
from config.kernel.scoping import org_atomic, scope
from content.models import Material, MaterialStatus
from content.services.media import keep_medium
from organizations.services.files import read_stored
from publishing.channels.feed import Feed
from publishing.models import Delivery, MediaRendition, RunStatus
from publishing.services.drafts import title_for
from tests import make
from tests.peers.sessions import picture
from tests.publishing.test_cycle import do, posts_of, queued, supply
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside(world: World, settings: Any) -> Iterator[None]:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    with scope(world.id):
        yield


def network(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    monkeypatch.setattr(Feed, "limits", replace(Feed.limits, **limits))


def lets_go(world: World) -> None:
    with org_atomic():
        world.brand.auto_approve = True
        world.brand.save(update_fields=["auto_approve"])
        world.schedule.auto_approve = True
        world.schedule.save(update_fields=["auto_approve"])


def test_a_post_gets_the_title_that_its_network_needs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, title_max=60, title_required=True)
    lets_go(world)
    supply(world)
    (post,) = posts_of(do(queued(world)))
    assert post.title == "A loaf"
    with org_atomic():
        assert Delivery.objects.filter(pending_post=post).exists()


def test_a_title_is_chosen_and_never_shortened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, title_max=20, title_required=True)
    with org_atomic():
        material = make.material(world.brand, name="A very long name of a file.pdf")
        material.key_points = ["Short enough."]
        assert title_for(material, "First. Second.", world.account) == "Short enough."
        material.key_points = ["This one is too long as well."]
        assert title_for(material, "First. Second.", world.account) == "First."
        assert title_for(material, "Without an end that is near", world.account) == ""
        material.name = "mast.pdf"
        assert title_for(material, "First.", world.account) == "mast"
    network(monkeypatch, title_max=20, title_required=False)
    assert title_for(material, "First.", world.account) == ""


def test_without_a_picture_nothing_is_written_and_nothing_paid(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, media_required=True)
    supply(world)
    run = do(queued(world))
    assert run.status == RunStatus.FAILED and posts_of(run) == []
    assert "takes no post without a picture, and “A loaf” is none" in run.outcome
    with org_atomic():
        spent = sum(each.amount for each in CreditTransaction.objects.filter(action="generate"))
    assert spent == 0


def test_a_picture_of_the_team_goes_out_as_its_network_takes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network(monkeypatch, media_required=True, image_ratio_max=1.5, image_types=("image/jpeg",))
    lets_go(world)
    with org_atomic():
        photo = keep_medium(upload=SimpleUploadedFile("loaf.png", picture(400, 100, kind="PNG")))
    supply(
        world,
        kind=Material.Kind.IMAGE,
        file_key=photo.reference,
        mime_type=photo.content_type,
        alt_text="A loaf on a table.",
        status=MaterialStatus.READY,
    )
    (post,) = posts_of(do(queued(world)))
    with org_atomic():
        row = MediaRendition.objects.get()
        payload = Delivery.objects.get(pending_post=post).payload or {}
        image = Image.open(io.BytesIO(read_stored(row.fitted)))
    assert image.width / image.height <= 1.5 and image.format == "JPEG"
    assert payload["media"][0]["name"] == row.fitted.rpartition("/")[2]
    assert payload["media"][0]["alt"] == "A loaf on a table."
