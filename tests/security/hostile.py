"""Bodies that no browser of good will sends: fifty, each for every field of every form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

# With all fields at once below DATA_UPLOAD_MAX_MEMORY_SIZE, so that the forms see it.
MANY = 30_000
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"

# What is put into every field at once.
VALUES: dict[str, Any] = {
    "nothing": "",
    "blanks": " \t\r\n\u00a0\u2003",
    "a zero byte": "a\x00b",
    "only a zero byte": "\x00",
    "very long": "x" * MANY,
    "long words": "word " * 5_000,
    "one wide character": "\U0001f9d1\u200d\U0001f680" * 500,
    "half a pair": "\ud800",
    "not a character": "\uffff\ufffe",
    "right to left": "\u202eevil\u202c",
    "combining": "e" + "\u0301" * 5_000,
    "zalgo": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢" * 50,
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }}{% debug %}${7*7}#{7*7}<%= 7*7 %>",
    "sql": "'; DROP TABLE organizations_user; --",
    "more sql": '" OR 1=1) UNION SELECT NULL::int --',
    "shell": "$(touch /tmp/x); `id` | cat /etc/passwd",
    "path": "../../../../etc/passwd\x00.png",
    "head": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "mail": 'a@b.example\nBcc: victim@example.com, "x" <y@z.example>',
    "format": "%s%n%x{0.__class__}{}%(x)s",
    "formula": "=HYPERLINK(1)",
    "negative": "-1",
    "zero": "0",
    "huge number": "9" * 400,
    "beyond 64 bits": str(2**63),
    "floats": "1e309",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "hexadecimal": "0x7fffffff",
    "other digits": "١٢٣",
    "date beyond": "9999-99-99",
    "date far": "+275760-09-13T00:00:00Z",
    "time": "25:61:99",
    "no uuid": "00000000-0000-0000-0000-00000000000g",
    "a foreign uuid": "00000000-0000-7000-8000-000000000000",
    "address inside": "http://169.254.169.254/latest/meta-data/",
    "address odd": "javascript:alert(1)//http://[::1",
    "address broken": "http://[:::]:99999999/%00%ff",
    "zone": "Europe/../../etc/passwd",
    "list": "[]",
    "object": '{"__proto__": {"a": 1}}',
    "deep": "[" * 5_000,
    "true": "on",
    "regex": "((((a+)+)+)+)+$",
}


@dataclass(frozen=True)
class Hostile:
    """One request's body."""

    name: str
    data: Any
    content_type: str = ""
    query: str = ""

    def __str__(self) -> str:
        return self.name


def field_names() -> list[str]:
    """The names of all fields of all forms of the project, and what views read besides."""
    found: set[str] = {"q", "status", "brand", "kind", "state", "cursor", "page", "sort", "name"}
    waiting: list[type[Any]] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.partition(".")[0] in {"django", "allauth"}:
            continue
        found |= set(getattr(form, "base_fields", {}))
    return sorted(found)


def bodies(names: list[str]) -> Iterator[Hostile]:
    """All fifty and more, in a fixed order."""
    for name, value in VALUES.items():
        clean = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        yield Hostile(name, dict.fromkeys(names, clean))
    yield Hostile("each twice", {name: ["a", "b"] for name in names})
    yield Hostile("files for texts", {name: _file() for name in names[:40]})
    yield Hostile("a thousand fields", {f"field{number}": "x" for number in range(1_001)})
    yield Hostile(
        "bytes that are no text", b"\xff\xfe\x00=%ff&%zz=%", "application/x-www-form-urlencoded"
    )
    yield Hostile("json", json.dumps(dict.fromkeys(names, None)), "application/json")
    yield Hostile("json that is none", '{"a": ', "application/json")
    yield Hostile("json of lists", json.dumps({name: [[]] for name in names}), "application/json")
    yield Hostile("deep json", "[" * 50_000, "application/json")
    yield Hostile(
        "a broken multipart", b"--x\r\nContent-Disposition: f", "multipart/form-data; boundary=x"
    )
    yield Hostile("a multipart without its line", b"x", "multipart/form-data")
    yield Hostile(
        "xml", "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "text/xml"
    )
    yield Hostile("an unknown kind", b"\x00\x01", "application/x-nothing; charset=klingon")


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("a\x00b/../c.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png")
