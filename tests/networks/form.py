"""Forms with files, each part told with its file's name and type; multipart.py has the bytes."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from .base import Request


def parts_of(request: Request) -> dict[str, dict[str, str]]:
    """By the field's name: the file's name and type, and the text of what is no file."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {
        str(part.get_param("name", header="content-disposition")): {
            "name": part.get_filename() or "",
            "type": part.get_content_type(),
            "text": _text(part.get_payload(decode=True)),
        }
        for part in message.iter_parts()
    }


def _text(payload: object) -> str:
    return payload.decode(errors="replace") if isinstance(payload, bytes) else ""
