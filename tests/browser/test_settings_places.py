"""The list of settings on a phone: a row that begins where one is."""

from __future__ import annotations

import pytest

from .scene import Scene
from .visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1440])
def test_the_open_page_is_in_sight_among_the_settings(
    visitor: Visitor, scene: Scene, width: int
) -> None:
    visitor.sign_in(scene.world.owner)
    visitor.page.set_viewport_size({"width": width, "height": 900})
    for place in ("members/", "team/", "account/"):
        visitor.open(f"{scene.world.path}/{place}")
        link = visitor.page.locator(".settings__link[aria-current]")
        visitor.page.wait_for_function(
            "() => { const box = document.querySelector('.settings__link[aria-current]')"
            ".getBoundingClientRect(); return box.left >= 0 && box.right <= innerWidth; }"
        )
        assert link.count() == 1
        assert visitor.page.evaluate("scrollY") == 0
    assert visitor.told() == []
