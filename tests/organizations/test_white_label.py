"""The agency's own face: what is kept, and that every colour can be read."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from config.kernel.contrast import TEXT, contrast
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, WhiteLabel
from organizations.services.files import stored_path
from organizations.services.white_label import (
    DARK,
    LIGHT,
    look_of_team,
    save_white_label,
    shades_of,
    stylesheet_of,
)
from tests.world import World

HEX_DIGITS = st.text("0123456789ABCDEF", min_size=6, max_size=6).map(lambda six: f"#{six}")


@given(accent=HEX_DIGITS)
def test_whatever_the_colour_everything_on_it_and_in_it_can_be_read(accent: str) -> None:
    shades = shades_of(accent)
    assert contrast(shades.fill, shades.on_fill) >= TEXT
    assert contrast(shades.hover, shades.on_fill) >= TEXT
    assert contrast(shades.ink_on_light, LIGHT) >= TEXT
    assert contrast(shades.ink_on_dark, DARK) >= TEXT


def test_a_stylesheet_says_nothing_but_colours() -> None:
    assert stylesheet_of("") == ""
    assert "--action:#FFD400" in stylesheet_of("#FFD400")
    with pytest.raises(ValueError):
        stylesheet_of("red;}body{display:none")


def picture(size: tuple[int, int] = (40, 10)) -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, "PNG")
    return SimpleUploadedFile("logo.png", data.getvalue(), content_type="image/png")


def page(world: World, client: Client) -> str:
    client.force_login(world.admin)
    return f"{world.path}/white-label/"


@pytest.mark.django_db
def test_a_team_without_a_look_goes_by_its_name(world: World) -> None:
    with org_atomic(world.id):
        look = look_of_team()
    assert look.name == world.organization.name and not look.accent and not look.hides_warren


@pytest.mark.django_db
def test_the_page_keeps_name_logo_and_colour_and_writes_it_down(
    world: World, client: Client
) -> None:
    address = page(world, client)
    values = {"name": "Studio North", "accent": "ffd400", "logo": picture()}
    assert client.post(address, values).status_code == 302
    with org_atomic(world.id):
        row = WhiteLabel.objects.get()
        assert (row.name, row.accent) == ("Studio North", "#FFD400") and row.logo
        logo = stored_path(row.logo)
        assert AuditRecord.objects.filter(action="white_label.saved").exists()
    assert logo.exists()
    body = client.get(address).content.decode()
    assert "Black stands on the colour" in body and "style=" not in body
    style = client.get(f"{address}look.css")
    assert style["Content-Type"].startswith("text/css") and "#FFD400" in style.content.decode()
    client.post(address, {"name": "Studio North", "forget_logo": "on"})
    with org_atomic(world.id):
        assert not WhiteLabel.objects.get().logo


@pytest.mark.django_db
@pytest.mark.parametrize("accent", ["blue", "#12", "#GGGGGG", "#2563EB;}"])
def test_what_is_no_colour_is_told_at_its_field(world: World, client: Client, accent: str) -> None:
    refused = client.post(page(world, client), {"name": "Studio", "accent": accent})
    assert refused.status_code == 422 and 'value="Studio"' in refused.content.decode()


@pytest.mark.django_db
def test_a_large_logo_is_kept_as_large_as_it_is_ever_shown(world: World, client: Client) -> None:
    client.post(page(world, client), {"logo": picture((3000, 1500))})
    with org_atomic(world.id), Image.open(stored_path(WhiteLabel.objects.get().logo)) as kept:
        assert kept.size == (1200, 600)


@pytest.mark.django_db
def test_a_logo_that_is_no_picture_is_refused(world: World, client: Client) -> None:
    upload = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", content_type="image/png")
    assert client.post(page(world, client), {"logo": upload}).status_code == 422
    with org_atomic(world.id), pytest.raises(Invalid):
        save_white_label(values={"accent": "red"}, by=world.owner)


@pytest.mark.django_db
def test_only_admins_change_how_clients_see_the_team(world: World, client: Client) -> None:
    client.force_login(world.editor)
    assert client.get(f"{world.path}/white-label/").status_code == 403
