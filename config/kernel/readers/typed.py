"""Web addresses as people type them."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from config.kernel.errors import Invalid

URL_CHARACTERS = 2_000


def typed_address(text: str) -> str:
    """As it is fetched: https where no scheme is given, no part behind #. Raises Invalid.

    Whether it may be fetched is decided when it is, by the outbound door, since names move.
    """
    address = text.strip()
    wrong = Invalid(
        "That is not a web address. One looks like https://example.com/page.", field="url"
    )
    if not address or any(character.isspace() or character == "\x00" for character in address):
        raise wrong
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    is_place = "." in host.strip(".") or ":" in host or host == "localhost"
    if parts.scheme.lower() not in ("http", "https") or not is_place:
        raise wrong
    if parts.username is not None:
        raise Invalid(
            "The address carries a user name. Give one that anybody could open.", field="url"
        )
    address = urlunsplit(parts._replace(fragment=""))
    if len(address) > URL_CHARACTERS:
        raise Invalid("The address is longer than 2,000 characters. Shorten it.", field="url")
    return address
