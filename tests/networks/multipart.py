"""Forms with files, as platforms read them."""

from __future__ import annotations

import re

from .base import Request

_NAME = re.compile(rb'name="([^"]*)"')


def parts_of(request: Request) -> dict[str, bytes]:
    """The content of each part by its name; the form's too when it has no files."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return {name: value.encode() for name, value in request.form.items()}
    boundary = kind.partition("boundary=")[2].strip('"').encode()
    found: dict[str, bytes] = {}
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        assert name is not None
        found[name.group(1).decode()] = content.removesuffix(b"\r\n")
    return found
