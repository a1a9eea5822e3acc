"""Who really asks: the address behind our own proxies, which nobody else can claim to be.

A proxy appends the address of its own peer to X-Forwarded-For, so only the right end of that list
is true, and only if the one who hands it to us is a proxy of ours. Everything left of the first
address that is not ours was written by the visitor. Throttles, audit records, allow-lists of API
keys and the count of visitors all read REMOTE_ADDR, which is set right here once.
"""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .web import GetResponse

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What only a proxy may say. From anybody else it never reaches a view.
FORWARDED: Final = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_REAL_IP",
    "HTTP_X_SCRIPT_NAME",
)
UNIX: Final = "unix"
_MOST_HOPS: Final = 20


class TrueAddress:
    """Outermost. Sets REMOTE_ADDR to the visitor's address, and drops what nobody vouches for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        networks(tuple(settings.WARREN_TRUSTED_PROXIES))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trusted = tuple(settings.WARREN_TRUSTED_PROXIES)
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if is_ours(peer, trusted):
            claimed = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
            request.META["REMOTE_ADDR"] = true_address(peer, claimed, trusted)
        else:
            for name in FORWARDED:
                request.META.pop(name, None)
            if (address := _parsed(peer)) is not None:
                request.META["REMOTE_ADDR"] = str(address)
        return self.get_response(request)


def true_address(peer: str, forwarded_for: str, trusted: tuple[str, ...]) -> str:
    """The rightmost hop that is none of our proxies; what cannot be read ends the search.

    If all are ours the request began here, at the leftmost one.
    """
    last = peer
    for hop in reversed(forwarded_for.split(",")[-_MOST_HOPS:]):
        address = _parsed(hop)
        if address is None:
            return last
        last = str(address)
        if not is_ours(last, trusted):
            return last
    return last


def is_ours(address: str, trusted: tuple[str, ...]) -> bool:
    if not address:
        # A Unix socket has no address.
        return UNIX in trusted
    parsed = _parsed(address)
    return parsed is not None and any(
        parsed in network for network in networks(trusted) if network.version == parsed.version
    )


@cache
def networks(trusted: tuple[str, ...]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each) for each in trusted if each != UNIX)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"WARREN_TRUSTED_PROXIES: {error}. Give addresses or networks such as 10.0.0.0/8, "
            f"separated by commas, or {UNIX} for a Unix socket."
        ) from None


def network_of(address: str) -> str:
    """What counts as one visitor: an IPv4 address, or the /64 that an IPv6 subscriber gets."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed or address)


def _parsed(hop: str) -> Address | None:
    """An address, perhaps with a port: 192.0.2.1:443, [2001:db8::1]:443."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
