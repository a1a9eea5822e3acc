"""The library as people use it: files sent in pieces over a bad line, cut, chosen, undone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Route, expect

from config.kernel.scoping import org_atomic
from content.models import Asset, Upload
from tests import make_library as make

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser

PIECE = 5 * 1024 * 1024


def test_an_upload_goes_on_where_the_line_broke_and_after_a_reload(
    visitor: Visitor, scene: Scene, tmp_path: Path
) -> None:
    data = make.photo(1_600, 1_200, color="teal", form="PNG")
    # A picture with a long tail: what follows its end is not looked at, and makes three pieces.
    data += bytes(2 * PIECE)
    # On the disk: the same file chosen again has the same date, by which it is known.
    file = tmp_path / "long.png"
    file.write_bytes(data)
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/library/")
    page = visitor.page
    sent: list[str] = []

    def flaky(route: Route) -> None:
        if route.request.method == "PATCH":
            sent.append(route.request.headers["upload-offset"])
            if len(sent) >= 2:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route("**/library/uploads/**", flaky)
    page.get_by_label("Drop pictures and videos here").set_input_files(file)
    expect(page.get_by_text("The line broke")).to_be_visible(timeout=20_000)
    assert sent[:2] == ["0", str(PIECE)]
    # Left while the line is still broken, so that nothing went on by itself.
    visitor.open(f"{scene.world.path}/library/")
    page.unroute("**/library/uploads/**")
    with page.expect_request(lambda request: request.method == "HEAD") as asked:
        page.get_by_label("Drop pictures and videos here").set_input_files(file)
    row = page.get_by_role("list", name="Uploads").get_by_role("listitem")
    expect(row).to_contain_text("In the library.", timeout=30_000)
    assert asked.value.url.endswith("/")
    expect(page.get_by_role("link", name="long", exact=True)).to_be_visible()
    with org_atomic(scene.world.id):
        upload = Upload.objects.get(name="long.png")
        assert upload.offset == len(data) and upload.asset is not None
    assert not [each for each in visitor.told() if "ERR_CONNECTION_RESET" not in each]


def test_a_file_that_is_refused_says_why_at_its_row(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/library/")
    page = visitor.page
    words = b"Words, no picture."
    notes: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": words}
    page.get_by_label("Drop pictures and videos here").set_input_files(notes)
    row = page.get_by_role("list", name="Uploads").get_by_role("listitem")
    expect(row).to_contain_text("neither a picture nor a video")
    row.get_by_role("button", name="Close").click()
    expect(row).to_have_count(0)
    visitor.told()


def test_deleting_what_is_ticked_can_be_undone(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/library/")
    page = visitor.page
    results = page.locator("#results")
    expect(results.get_by_role("button", name="Delete")).to_be_hidden()
    results.get_by_label("Choose Logo on white").check()
    results.get_by_role("button", name="Delete").click()
    expect(results.get_by_role("link", name="Logo on white")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(results.get_by_role("link", name="Logo on white")).to_be_visible()
    assert visitor.told() == []


def test_a_picture_is_cut_with_the_keyboard_alone(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/library/{scene.ids['asset']}/")
    page = visitor.page
    page.get_by_label("4:5").check()
    frame = page.locator(".stage__box")
    frame.focus()
    for key in ("ArrowLeft", "ArrowLeft", "-", "ArrowDown"):
        page.keyboard.press(key)
    page.get_by_text("By numbers").click()
    width = float(page.get_by_label("Width, in percent").input_value())
    height = float(page.get_by_label("Height, in percent").input_value())
    assert width * 1200 / (height * 800) == pytest.approx(0.8, abs=0.01)
    page.get_by_role("button", name="Cut it out").click()
    expect(page.get_by_text("The cut is a picture of its own. The whole")).to_be_visible()
    expect(page.get_by_role("link", name="Harbour at dawn", exact=True)).to_be_visible()
    with org_atomic(scene.world.id):
        cut = Asset.objects.filter(made_from_id=scene.ids["asset"]).latest("created_at")
    assert cut.width is not None and cut.height is not None
    assert cut.width / cut.height == pytest.approx(0.8, abs=0.02)
    assert visitor.told() == []


def test_a_click_says_what_must_stay_in_sight(visitor: Visitor, scene: Scene) -> None:
    visitor.sign_in(scene.world.editor)
    visitor.open(f"{scene.world.path}/library/{scene.ids['asset']}/")
    page = visitor.page
    stage = page.locator("[data-behavior=focal]")
    box = stage.bounding_box()
    assert box is not None
    stage.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    expect(page.locator("#id_focal_x")).to_have_value(re.compile("^2[456]$"))
    expect(page.locator("#id_focal_y")).to_have_value(re.compile("^7[456]$"))
    assert visitor.told() == []
