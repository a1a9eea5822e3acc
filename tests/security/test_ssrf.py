"""Every way in that we know through an address that a person or a model may name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore2
import pytest
from pytest_django import Settings

from config.kernel import http
from tests.kernel.test_http import Resolver

INTERNET = "not on the public internet"
NO_ADDRESS = "not a web address"
SCHEME = "http:// or https://"
PASSWORD = "user name and password"
PORT = "only 80 and 443"
UNKNOWN = "is unknown"

# Address -> what the refusal says. Names under .example resolve as NAMES says, and else to nothing.
TABLE = {
    # This machine, by every spelling that a resolver of some system understands.
    "http://127.0.0.1/": INTERNET,
    "http://127.1/": INTERNET,
    "http://127.0.1/": INTERNET,
    "http://2130706433/": INTERNET,
    "http://017700000001/": INTERNET,
    "http://0x7f000001/": INTERNET,
    "http://0x7f.0x0.0x0.0x1/": INTERNET,
    "http://0177.0.0.01/": (INTERNET, NO_ADDRESS),
    "http://0/": INTERNET,
    "http://0.0.0.0/": INTERNET,
    "http://①②⑦.⓪.⓪.①/": (INTERNET, UNKNOWN, NO_ADDRESS),
    "http://１２７.０.０.１/": (INTERNET, UNKNOWN, NO_ADDRESS),
    "http://127。0。0。1/": (INTERNET, UNKNOWN, NO_ADDRESS),
    "http://127.0.0.1./": (INTERNET, UNKNOWN),
    "http://localhost/": INTERNET,
    "http://localhost./": (INTERNET, UNKNOWN),
    "http://LOCALHOST/": INTERNET,
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/": (INTERNET, UNKNOWN, NO_ADDRESS),
    "http://[::1]/": INTERNET,
    "http://[0:0:0:0:0:0:0:1]/": INTERNET,
    "http://[::]/": INTERNET,
    "http://[::ffff:127.0.0.1]/": INTERNET,
    "http://[::ffff:7f00:1]/": INTERNET,
    "http://[::127.0.0.1]/": INTERNET,
    "http://[64:ff9b::127.0.0.1]/": INTERNET,
    "http://[2002:7f00:1::]/": INTERNET,
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/": INTERNET,
    # Metadata of the clouds.
    "http://169.254.169.254/latest/meta-data/": INTERNET,
    "http://2852039166/": INTERNET,
    "http://0xa9.0xfe.0xa9.0xfe/": INTERNET,
    "http://0251.0376.0251.0376/": (INTERNET, NO_ADDRESS),
    "http://169.16689662/": INTERNET,
    "http://[::ffff:169.254.169.254]/": INTERNET,
    "http://[64:ff9b::a9fe:a9fe]/": INTERNET,
    "http://[2002:a9fe:a9fe::]/": INTERNET,
    "http://[fd00:ec2::254]/": INTERNET,
    "http://100.100.100.200/": INTERNET,
    "http://192.0.0.192/": INTERNET,
    "http://metadata.example/": INTERNET,
    # Inside, shared, multicast, broadcast, documentation, reserved.
    "http://10.0.0.1/": INTERNET,
    "http://172.16.0.1/": INTERNET,
    "http://192.168.1.1/": INTERNET,
    "http://100.64.0.1/": INTERNET,
    "http://198.18.0.1/": INTERNET,
    "http://192.0.2.1/": INTERNET,
    "http://224.0.0.1/": INTERNET,
    "http://239.255.255.250/": INTERNET,
    "http://255.255.255.255/": INTERNET,
    "http://240.0.0.1/": INTERNET,
    "http://[fc00::1]/": INTERNET,
    "http://[fe80::1]/": INTERNET,
    "http://[fe80::1%25eth0]/": (INTERNET, NO_ADDRESS),
    "http://[fec0::1]/": INTERNET,
    "http://[ff02::1]/": INTERNET,
    "http://[2001:db8::1]/": INTERNET,
    "http://[100::1]/": INTERNET,
    # Names that lead inside.
    "http://inside.example/": INTERNET,
    "http://inside.example./": (INTERNET, UNKNOWN),
    "http://half.example/": INTERNET,
    "http://mapped.example/": INTERNET,
    "http://unknown.example/": UNKNOWN,
    # What a reader and a parser understand differently.
    "http://public.example@127.0.0.1/": PASSWORD,
    "http://127.0.0.1@public.example/": PASSWORD,
    "http://user:password@public.example/": PASSWORD,
    "http://public.example#@127.0.0.1/": None,
    "http://127.0.0.1#@public.example/": INTERNET,
    "http://127.0.0.1?@public.example/": INTERNET,
    "http://127.0.0.1\\@public.example/": (PASSWORD, NO_ADDRESS, INTERNET),
    "http://public.example\\@127.0.0.1/": (PASSWORD, NO_ADDRESS),
    "http://127.0.0.1%00.public.example/": NO_ADDRESS,
    "http://127.0.0.1%2f@public.example/": (PASSWORD, NO_ADDRESS),
    "http://127.0.0.1%20public.example/": NO_ADDRESS,
    "http://public.example\r\nHost: 127.0.0.1/": NO_ADDRESS,
    "http://public.example\t.127.0.0.1/": NO_ADDRESS,
    "http:127.0.0.1/": (SCHEME, NO_ADDRESS),
    "http:///127.0.0.1/": (SCHEME, NO_ADDRESS),
    "//127.0.0.1/": (SCHEME, NO_ADDRESS),
    "http://[127.0.0.1]/": NO_ADDRESS,
    "http://[::1/": NO_ADDRESS,
    "http://": (SCHEME, NO_ADDRESS),
    "": (SCHEME, NO_ADDRESS),
    # Ports and schemes.
    "http://public.example:22/": PORT,
    "http://public.example:6379/": PORT,
    "http://public.example:8080/": PORT,
    "http://public.example:0/": (PORT, NO_ADDRESS),
    "http://public.example:99999/": NO_ADDRESS,
    "http://public.example:-1/": NO_ADDRESS,
    "file:///etc/passwd": SCHEME,
    "ftp://public.example/": SCHEME,
    "gopher://127.0.0.1:6379/_FLUSHALL": SCHEME,
    "dict://127.0.0.1:11211/stat": SCHEME,
    "ldap://127.0.0.1/": SCHEME,
    "jar:http://127.0.0.1!/": SCHEME,
    "data:text/html,x": SCHEME,
    "javascript:alert(1)": SCHEME,
    "unix:///var/run/docker.sock": SCHEME,
    "HTTP+UNIX://%2Fvar%2Frun%2Fdocker.sock/": (SCHEME, NO_ADDRESS),
}

NAMES = {
    "public.example": [["93.184.215.14"]],
    "inside.example": [["10.1.2.3"]],
    "half.example": [["93.184.215.14", "192.168.0.5"]],
    "mapped.example": [["::ffff:10.1.2.3"]],
    "metadata.example": [["169.254.169.254"]],
}


class Visitors(ThreadingHTTPServer):
    """A server on this machine that counts who came and may send them on."""

    daemon_threads = True

    def __init__(self) -> None:
        self.came: list[str] = []
        self.leads_to = ""
        super().__init__(("127.0.0.1", 0), _Counting)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Counting(BaseHTTPRequestHandler):
    server: Visitors

    def do_GET(self) -> None:
        self.server.came.append(self.path)
        self.send_response(302 if self.server.leads_to else 200)
        if self.server.leads_to:
            self.send_header("Location", self.server.leads_to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def inside() -> Iterator[Visitors]:
    with Visitors() as server:
        yield server
        server.shutdown()


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver()
    resolver.answers = {name: list(answers) for name, answers in NAMES.items()}
    monkeypatch.setattr("socket.getaddrinfo", resolver)
    return resolver


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    settings.WARREN_OUTBOUND_ALLOW = ()


def test_the_table_is_long_enough() -> None:
    assert sum(expected is not None for expected in TABLE.values()) >= 90


@pytest.mark.parametrize("url", [url for url, expected in TABLE.items() if expected])
@pytest.mark.usefixtures("resolver")
def test_a_hostile_address_is_refused_and_nothing_is_sent(url: str) -> None:
    expected = TABLE[url]
    for way in (http.fetch, http.check_url):
        with pytest.raises(http.OutboundError) as caught:
            way(url)
        assert not caught.value.sent
        said = caught.value.message
        assert any(
            each in said for each in ([expected] if isinstance(expected, str) else expected or ())
        )


def test_a_fragment_is_no_host(resolver: Resolver) -> None:
    http.check_url("http://public.example#@127.0.0.1/")
    assert resolver.asked == ["public.example"]


def test_a_name_that_changes_between_two_looks_reaches_nothing(
    inside: Visitors, resolver: Resolver
) -> None:
    """Rebinding: public for the check, this machine for the connection."""
    resolver.answers["rebinding.example"] = [["93.184.215.14"], ["127.0.0.1"]]
    http.check_url(f"http://rebinding.example:{80}/")
    with pytest.raises(http.OutboundRefused):
        http.fetch("http://rebinding.example/")
    assert inside.came == []


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://169.254.169.254/",
        "//127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://inside.example/",
    ],
)
def test_a_redirect_leads_nowhere_inside(
    target: str, inside: Visitors, resolver: Resolver, settings: Settings
) -> None:
    """The first server is one that may be asked; it sends us to one that may not."""
    with Visitors() as outside:
        settings.WARREN_OUTBOUND_ALLOW = (f"127.0.0.1:{outside.port}",)
        outside.leads_to = target.format(port=inside.port)
        with pytest.raises(http.OutboundError):
            http.fetch(f"http://127.0.0.1:{outside.port}/")
        assert len(outside.came) == 1
        outside.shutdown()
    assert inside.came == []


# -- Servers that the operator names -------------------------------------------------------------


def test_a_trusted_server_may_be_a_private_one_and_only_for_who_names_it(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []

    def connect(self: Any, host: str, port: int, **_: Any) -> Any:
        reached.append(f"{host}:{port}")
        raise httpcore2.ConnectError("nobody there")

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", connect)
    for address in ("http://10.0.0.7:8200", "http://metadata.example"):
        with http.client(trusted=address) as door, pytest.raises(http.OutboundFailed):
            door.get(f"{address}/")
        with http.client() as door, pytest.raises(http.OutboundRefused):
            door.get(f"{address}/")
    with http.client(trusted="http://10.0.0.7:8200") as door:
        for other in ("http://10.0.0.7/", "http://10.0.0.8:8200/", "http://inside.example/"):
            with pytest.raises(http.OutboundRefused):
                door.get(other)
    assert reached == ["10.0.0.7:8200", "169.254.169.254:80"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:7f00:1]"])
def test_a_trusted_server_is_not_this_machine(host: str) -> None:
    with http.client(trusted=f"http://{host}:8200") as door, pytest.raises(http.OutboundRefused):
        door.get(f"http://{host}:8200/")


def test_a_trusted_server_leads_nowhere_else() -> None:
    with pytest.raises(ValueError, match="where else"):
        http.client(trusted="http://10.0.0.7:8200", follow_redirects=True)
