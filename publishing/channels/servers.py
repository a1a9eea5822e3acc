"""What forms ask about a network of many servers: an address as typed, and what is wrong."""

from __future__ import annotations

from urllib.parse import urlsplit

from .errors import ChannelError


def server_address(typed: str, example: str) -> str:
    """A server's address as people type it, without a path; an empty one is the example.

    Raises ChannelError for the form's field `server`.
    """
    typed = typed.strip().rstrip("/") or example
    address = typed if "://" in typed else f"https://{typed}"
    if not _is_bare_address(address):
        raise misfit(f"“{typed}” is no server address: write it as {example}.", "server")
    parts = urlsplit(address)
    if parts.scheme == "http" and not is_loopback(address):
        raise misfit("A secret would travel unprotected over http: write https.", "server")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def is_same_server(one: str, other: str) -> bool:
    """By name and port. This machine has several names."""
    return _place(one) == _place(other)


def misfit(message: str, field: str) -> ChannelError:
    """What is wrong in one field of a form."""
    return ChannelError(message, permanent=True, code="invalid", field=field)


def _is_bare_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    more = parts.username or parts.path.strip("/") or parts.query or parts.fragment
    return parts.scheme in ("http", "https") and has_host and not more


def _place(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    host = "localhost" if is_loopback(address) else (parts.hostname or "")
    return host, parts.port or (80 if parts.scheme == "http" else 443)
