"""The laws of the front end: a strict content security policy and one place for each literal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.template import engines
from django.template.loader import get_template

from tests.house.sprite import SPRITE, named_icons, sprite

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
JS = ROOT / "static" / "js"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]
STYLES = sorted(CSS.rglob("*.css"))
SCRIPTS = sorted(JS.rglob("*.js"))

_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark)\("
    r"|:\s*(?:white|black|red|green|blue|orange|grey|gray)\b"
)
_BEHAVIOUR = re.compile(r"""data-behavior=["']([a-z -]+)["']""")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_carries_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", text)
    assert not re.search(r"hx-on|javascript:|\bjs:", text)
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.S):
        assert "src=" in attributes, "A script is a file."
        assert not body.strip(), "A script is a file."


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"']https?:", text)


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_user_text_does_not_reach_a_passed_through_attribute_raw(path: Path) -> None:
    """Cotton prints undeclared attributes as they are; only values in braces are escaped."""
    raw = re.findall(r"<c-[^>]*\s:((?:hx|data|aria)-[\w-]+|id)=", path.read_text("utf-8"))
    assert raw == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_dynamic_attribute_names_a_value_and_compares_nothing(path: Path) -> None:
    """Cotton looks `:name="…"` up as one variable; a comparison in it is silently nothing."""
    assert (
        re.findall(r"<c-[^>]*\s:([\w-]+=\"[^\"{]*\s(?:[=!<>]=?|in|and|or|not)\s)", path.read_text())
        == []
    )


@pytest.mark.parametrize("path", STYLES + TEMPLATES + SCRIPTS, ids=_name)
def test_colours_are_named_in_the_tokens_only(path: Path) -> None:
    if path.name == "tokens.css" or "emails" in path.parts:
        return
    text = _without_comments(path.read_text("utf-8"))
    if path.suffix != ".css":
        text = "\n".join(re.findall(r"(?:fill|stroke|color|background)=[\"']([^\"']+)", text))
    assert _COLOUR.findall(text) == []


@pytest.mark.parametrize("path", STYLES, ids=_name)
def test_type_and_layers_are_named_in_the_tokens_only(path: Path) -> None:
    if path.name == "tokens.css":
        return
    text = _without_comments(path.read_text("utf-8"))
    literal = r"(?<!-)(?:{}):\s*[^;]*?(?<![\w.-])\d"
    for name in ("z-index", "font-weight", "font-family"):
        assert re.findall(literal.format(name), text) == [], name
    assert re.findall(r"font-size:\s*[\d.]+(?:px|rem)", text) == []
    assert re.findall(r"(?:gap|padding|margin)[\w-]*:[^;]*?[1-9]\d*px", text) == []


@pytest.mark.parametrize(
    ("paths", "most"), [(TEMPLATES, 120), (STYLES, 200), (SCRIPTS, 120)], ids=("html", "css", "js")
)
def test_files_stay_short_enough_to_read(paths: list[Path], most: int) -> None:
    assert {_name(path): n for path in paths if (n := path.read_text().count("\n")) > most} == {}


def test_the_stylesheet_brings_every_file_in_its_layer() -> None:
    text = (CSS / "app.css").read_text()
    assert "@layer reset, tokens, base, layout, components, utilities;" in text
    brought = dict(re.findall(r'@import url\("([^"]+)"\) layer\((\w+)\);', text))
    expected = {
        str(path.relative_to(CSS)): "components" if path.parent.name == "components" else path.stem
        for path in STYLES
        if path.name != "app.css"
    }
    assert brought == expected


def test_every_behaviour_that_a_page_asks_for_exists_and_every_file_is_asked_for() -> None:
    known = set(re.findall(r'^  "([a-z-]+)": \(\) => import', (JS / "app.js").read_text(), re.M))
    files = {path.stem for path in (JS / "behaviors").glob("*.js")}
    asked = {
        name
        for path in PAGES
        for value in _BEHAVIOUR.findall(path.read_text("utf-8"))
        for name in value.split()
    }
    assert known == files
    assert asked <= known


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_scripts_are_modules_that_evaluate_no_text(path: Path) -> None:
    text = _without_comments(path.read_text("utf-8"))
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML", text)
    assert not re.search(r"\b(?:window|globalThis)\.\w+\s*=[^=]", text)
    assert re.search(r"^(?:import|export)\b|import\(", text, re.M)


def test_the_sprite_holds_the_icons_that_are_named() -> None:
    """Redraw it with `python -m tests.house.sprite`."""
    drawn = SPRITE.read_text("utf-8")
    held = re.findall(r'<symbol id="([^"]+)"', drawn)
    assert set(named_icons()) <= set(held)
    assert drawn == sprite(held)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_every_template_parses(path: Path) -> None:
    assert engines["django"]
    get_template(str(path.relative_to(ROOT / "templates")))


def test_production_finds_every_file_that_a_stylesheet_or_module_names(
    tmp_path: Path, settings: LazySettings
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "config.staticfiles.HashedFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    app = next((tmp_path / "js").glob("app.????????????.js")).read_text()
    assert re.search(r'import\("./behaviors/toasts\.[0-9a-f]{12}\.js"\)', app)
    counter = next((tmp_path / "js" / "behaviors").glob("counter.????????????.js")).read_text()
    assert re.search(r'from "\.\./text\.[0-9a-f]{12}\.js"', counter)
    style = next((tmp_path / "css").glob("app.????????????.css")).read_text()
    assert re.search(r'url\("tokens\.[0-9a-f]{12}\.css"\) layer\(tokens\)', style)
