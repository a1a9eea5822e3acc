"""The table of personal data in docs/privacy.md, written from the registry."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from .marks import lines, tables

BEGIN = "<!-- Written by `manage.py privacy_table`; do not edit. -->"
END = "<!-- End of the written table. -->"


def rendered() -> str:
    head = ["| Table | Fields | Kind | What for | How long |", "|---|---|---|---|---|"]
    rows = []
    for table in tables():
        title = table.model
        for row in lines([table]):
            names = ", ".join(f"`{name}`" for name in row.fields)
            mark = row.mark
            rows.append(
                f"| {title} | {names} | {mark.category.value} | {mark.purpose} | "
                f"{mark.keep.words} |"
            )
    without = [f"`{table.model}`" for table in tables() if not table.personal]
    return "\n".join([*head, *rows, "", f"Without personal data: {', '.join(without)}."])


def is_current() -> bool:
    return f"{BEGIN}\n\n{rendered()}\n\n{END}" in _path().read_text()


def write() -> None:
    path = _path()
    text = path.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n{rendered()}\n\n{END}{after}")


def _path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "privacy.md"
