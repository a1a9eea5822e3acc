"""Which addresses are on the public internet. Pure: no look-ups, no settings.

`ipaddress` alone is not enough: its usual list of `is_private` and friends lets 100.64.0.0/10
through, where one cloud keeps its metadata, and `is_global` lets through every form in which an
IPv4 address hides inside an IPv6 one. Source: IANA's special-purpose registries, read 2026-11.
"""

from __future__ import annotations

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST_V6: Final = ipaddress.IPv6Network("2000::/3")

# What `is_global` accepts in some or all versions of Python and nobody's web page answers from.
_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays from 6to4
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",  # protocol assignments, with Teredo and ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation since 2024
    )
)


def is_public(address: str) -> bool:
    """True if a request to this literal address leaves for the public internet."""
    parsed = _parse(address)
    if parsed is None or not parsed.is_global or parsed.is_multicast:
        return False
    # One block holds all public IPv6; the mapped, compatible, NAT64 and link forms lie outside.
    if parsed.version == 6 and parsed not in _UNICAST_V6:
        return False
    return not any(parsed in block for block in _NOT_PUBLIC if block.version == parsed.version)


def is_loopback(address: str) -> bool:
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback and _mapped(parsed) is None


def is_this_machine(address: str) -> bool:
    """Loopback and "any address", also inside an IPv6 one; True for what is no address at all."""
    parsed = _parse(address)
    if parsed is None:
        return True
    inner = _mapped(parsed) or parsed
    return inner.is_loopback or inner.is_unspecified


def _parse(address: str) -> Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _mapped(address: Address) -> ipaddress.IPv4Address | None:
    return address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
