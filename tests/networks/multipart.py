"""Forms with files, as platforms read them."""

from __future__ import annotations

import email.parser
import email.policy

from .base import Request


def parts_of(request: Request) -> dict[str, bytes]:
    """The content of each part by its name; the form's too when it has no files."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        return {name: value.encode() for name, value in request.form.items()}
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(head + request.body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(name)] = content
    return found
