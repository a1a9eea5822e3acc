"""Draws `static/img/icons.svg` from the icons that templates name: `python -m tests.house.sprite`.

One file that browsers keep, instead of 400 bytes of path data for each icon of a long list.
"""

from __future__ import annotations

import re
from pathlib import Path

import lucide

from analytics.templatetags.places import FOOT, PLACES, SWITCH
from analytics.templatetags.state_words import icons as state_icons

ROOT = Path(__file__).resolve().parents[2]
SPRITE = ROOT / "static" / "img" / "icons.svg"
_NAMED = re.compile(r"""(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']""")


def named_icons() -> list[str]:
    """Every icon that a template, a state or a place names, in order."""
    texts = (path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html"))
    in_templates = {name for text in texts for name in _NAMED.findall(text)}
    places = {place.icon for place in (*PLACES, *FOOT, SWITCH)}
    return sorted(in_templates | places | state_icons())


def sprite(names: list[str]) -> str:
    symbols = "\n".join(_symbol(name) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str) -> str:
    drawing = lucide._render_icon(name, None)
    inner = re.sub(r"^<svg[^>]*>|</svg>$", "", drawing.strip())
    flat = re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{flat}</symbol>'


if __name__ == "__main__":
    SPRITE.write_text(sprite(named_icons()), "utf-8")
