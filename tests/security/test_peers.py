"""Whose address a request comes from, and who may say so."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from config.kernel.peers import FORWARDED, TrueAddress, network_of, networks, true_address

PROXIES = ("127.0.0.1", "::1", "10.0.0.0/8")

TABLE = [
    # peer, X-Forwarded-For, what is true
    ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
    ("127.0.0.1", "", "127.0.0.1"),
    ("127.0.0.1", "198.51.100.9, 203.0.113.5", "203.0.113.5"),
    ("127.0.0.1", "1.2.3.4, 203.0.113.5, 10.0.0.7", "203.0.113.5"),
    ("127.0.0.1", "127.0.0.1, 203.0.113.5", "203.0.113.5"),
    ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
    ("10.9.9.9", "203.0.113.5:51234", "203.0.113.5"),
    ("::1", "2001:db8::5", "2001:db8::5"),
    ("::1", "[2001:db8::5]:443", "2001:db8::5"),
    ("::ffff:127.0.0.1", "203.0.113.5", "203.0.113.5"),
    ("127.0.0.1", "::ffff:203.0.113.5", "203.0.113.5"),
    ("127.0.0.1", "1.2.3.4, unknown", "127.0.0.1"),
    ("127.0.0.1", "1.2.3.4, evil'--, 10.0.0.2", "10.0.0.2"),
    ("127.0.0.1", ",,,", "127.0.0.1"),
    ("203.0.113.66", "1.2.3.4", "203.0.113.66"),
    ("203.0.113.66", "127.0.0.1", "203.0.113.66"),
    ("192.168.0.1", "1.2.3.4", "192.168.0.1"),
]


@pytest.mark.parametrize(("peer", "claimed", "true"), TABLE)
def test_only_our_proxies_are_believed(
    peer: str, claimed: str, true: str, settings: Settings
) -> None:
    settings.WARREN_TRUSTED_PROXIES = PROXIES
    request = passed(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=claimed)
    assert request.META["REMOTE_ADDR"] == true


def test_nobody_else_can_say_that_it_was_https(settings: Settings) -> None:
    settings.WARREN_TRUSTED_PROXIES = PROXIES
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    claims = {**dict.fromkeys(FORWARDED, "1.2.3.4"), "HTTP_X_FORWARDED_PROTO": "https"}
    stranger = passed(REMOTE_ADDR="203.0.113.66", **claims)
    assert not stranger.is_secure()
    assert not set(FORWARDED) & set(stranger.META)
    assert passed(REMOTE_ADDR="10.1.1.1", **claims).is_secure()


def test_without_a_setting_nobody_is_believed(settings: Settings) -> None:
    settings.WARREN_TRUSTED_PROXIES = ()
    request = passed(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"


def test_a_unix_socket_is_a_proxy_only_if_named(settings: Settings) -> None:
    for trusted, true in ((("unix",), "203.0.113.5"), (("127.0.0.1",), "")):
        settings.WARREN_TRUSTED_PROXIES = trusted
        request = passed(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="203.0.113.5")
        assert request.META["REMOTE_ADDR"] == true


def test_what_is_no_network_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="10.0.0.0/8"):
        networks(("proxy.internal",))


@given(st.text(max_size=300))
def test_whatever_is_claimed_the_answer_is_an_address(claimed: str) -> None:
    assert network_of(true_address("10.0.0.1", claimed, PROXIES))


def test_one_subscriber_counts_as_one() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::9")
    assert network_of("2001:db8:1:3::9") != network_of("2001:db8:1:2::9")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"


def passed(**meta: str) -> HttpRequest:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    TrueAddress(view)(RequestFactory().get("/", **meta))  # type: ignore[arg-type]
    return seen[0]
