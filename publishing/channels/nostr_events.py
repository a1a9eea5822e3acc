"""Events: what a key says, named by its hash and signed; and keys as people write them.

Source: NIP-01 (events), NIP-10 (replies), NIP-19 (nsec, npub, note) and BIP-173 (bech32), at
github.com/nostr-protocol/nips, as of 2026-11.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from config.kernel.schnorr import is_signed, public_key, sign

Event = dict[str, Any]
ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
NOTE, DELETION, REPOST, REACTION = 1, 5, 6, 7


def event_id(event: Event) -> str:
    """The hash of who says what and when; the signature is not in it."""
    parts = [0, *(event[name] for name in ("pubkey", "created_at", "kind", "tags", "content"))]
    told = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def signed(event: Event, secret: bytes) -> Event:
    """The event with its id and a signature; the same event again has the same id."""
    name = event_id(event)
    return {**event, "id": name, "sig": sign(secret, bytes.fromhex(name)).hex()}


def is_genuine(event: Any) -> bool:
    """Whether an event that somebody hands over says what its key has signed."""
    try:
        key, name = bytes.fromhex(event["pubkey"]), event_id(event)
        return name == event["id"] and is_signed(
            key, bytes.fromhex(name), bytes.fromhex(event["sig"])
        )
    except (KeyError, TypeError, ValueError):
        return False


def is_named(event: Event) -> bool:
    """Whether an event has the id of what it says, and the fields of one."""
    try:
        return event_id(event) == event["id"] and isinstance(event["kind"], int)
    except (KeyError, TypeError, ValueError):
        return False


def reply_tags(parent: str, root: str, author: str) -> list[list[str]]:
    """What a reply names: the thread's first event, the one above, and whose they are."""
    tags = [["e", root, "", "root"]]
    if parent != root:
        tags.append(["e", parent, "", "reply"])
    return [*tags, ["p", author]]


def secret_of(typed: str) -> bytes | None:
    """A private key as nsec1... or 64 hexadecimal digits; None if it is neither."""
    typed = typed.strip()
    try:
        secret = _decoded("nsec", typed) if typed.lower().startswith("nsec1") else _hex(typed)
        public_key(secret)
    except ValueError:
        return None
    return secret


def encoded(kind: str, raw: bytes) -> str:
    """A key or an id as people exchange it: npub1..., note1..."""
    data = _regrouped(raw, 8, 5, pad=True)
    check = _polymod([*_expanded(kind), *data, *(0,) * 6]) ^ 1
    data += [(check >> shift) & 31 for shift in range(25, -1, -5)]
    return f"{kind}1{''.join(ALPHABET[each] for each in data)}"


def _decoded(kind: str, text: str) -> bytes:
    if text != text.lower() and text != text.upper():
        raise ValueError("upper and lower case are mixed")
    start, _, rest = text.lower().rpartition("1")
    values = [ALPHABET.index(letter) for letter in rest]
    if start != kind or len(values) < 7 or _polymod([*_expanded(kind), *values]) != 1:
        raise ValueError("the check digits do not agree")
    return bytes(_regrouped(values[:-6], 5, 8, pad=False))


def _hex(typed: str) -> bytes:
    if len(typed) != 64:
        raise ValueError("a key has 64 digits")
    return bytes.fromhex(typed)


def _expanded(kind: str) -> list[int]:
    return [*(ord(each) >> 5 for each in kind), 0, *(ord(each) & 31 for each in kind)]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= factor if (top >> bit) & 1 else 0
    return check


def _regrouped(values: Sequence[int], width: int, wanted: int, *, pad: bool) -> list[int]:
    collected = bits = 0
    found: list[int] = []
    for value in values:
        collected = (collected << width) | value
        bits += width
        while bits >= wanted:
            bits -= wanted
            found.append((collected >> bits) & ((1 << wanted) - 1))
    if pad and bits:
        found.append((collected << (wanted - bits)) & ((1 << wanted) - 1))
    return found
