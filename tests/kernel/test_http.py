"""The outbound door against real sockets, and against every way we know to get around it."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_django import Settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.kernel import clock, http, transport
from config.kernel.addresses import is_loopback, is_public
from config.kernel.errors import Invalid, Unavailable


def _words(text: str) -> list[str]:
    return text.split()


HOSTILE = _words("""
127.0.0.1 127.0.0.53 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3
10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.254 192.168.0.1 192.168.255.255
169.254.169.254 169.254.170.2 169.254.0.1 100.64.0.1 100.100.100.200 100.127.255.255
192.0.0.1 192.0.0.170 192.0.0.192 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255
198.51.100.7 203.0.113.9 224.0.0.1 224.0.0.251 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::10.0.0.1 ::8.8.8.8
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::a00:1
2002:7f00:1:: 2002:a9fe:a9fe::1 2002:c0a8:101::1 2002:808:808::1
2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1
3fff::1 5f00::1 100::1 fc00::1 fd00:ec2::254 fd12:3456:789a::1 fdff::1
fe80::1 fe80::a9fe:a9fe fe80::1%eth0 febf::1 fec0::1 ff02::1 ff05::2 ff0e::1
""")

PUBLIC = _words("""
1.1.1.1 8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.0.1
223.255.255.254 2606:4700:4700::1111 2a00:1450:4001:80e::200e 2001:4860:4860::8888 2400:cb00::1
""")


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_off_the_public_internet_is_refused(
    address: str, settings: Settings, resolver: Resolver
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    assert not is_public(address)
    resolver.answers["site.example"] = [[address]]
    with pytest.raises(http.OutboundRefused) as caught:
        http.fetch("http://site.example/")
    assert not caught.value.sent
    assert "internet" in caught.value.message
    assert address not in caught.value.message


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_public_internet_is_not(address: str) -> None:
    assert is_public(address)


def test_the_table_of_hostile_addresses_is_long_enough() -> None:
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("address", [a for a in HOSTILE if not a.startswith("127.") and a != "::1"])
def test_allowing_loopback_allows_nothing_else(address: str, resolver: Resolver) -> None:
    assert not is_loopback(address)
    resolver.answers["site.example"] = [[address]]
    with pytest.raises(http.OutboundRefused):
        http.fetch("http://site.example:8080/")


@pytest.mark.parametrize(
    "host",
    ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0x7f000001", "[::1]", "[::ffff:7f00:1]"]
    + ["①②⑦.⓪.⓪.①", "localhost", "localhost.", "LOCALHOST", "0", "[0:0:0:0:0:0:0:1]"],
)
def test_other_spellings_of_this_machine_are_refused(host: str, settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(http.OutboundError) as caught:
        http.fetch(f"http://{host}/")
    assert not caught.value.sent


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)"]
    + ["data:text/plain,x", "//example.com/x", "example.com", "", "http://", "http:///x"]
    + ["http://[::1", "http://exa mple.com/", "http://example.com:99999/", "ws://example.com/"]
    + ["http://me:secret@example.com/", "http://a\r\nb/", "unix:///var/run/docker.sock"],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        http.fetch(url)
    assert caught.value.message.endswith(".")
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 8080, 8443, 9200])
def test_other_ports_of_public_hosts_are_refused(port: int, resolver: Resolver) -> None:
    resolver.answers["site.example"] = [["93.184.215.14"]]
    with pytest.raises(http.OutboundRefused, match=f"Port {port}"):
        http.fetch(f"http://site.example:{port}/")


def test_one_bad_address_among_good_ones_refuses_the_host(resolver: Resolver) -> None:
    resolver.answers["site.example"] = [["93.184.215.14", "10.0.0.1"]]
    with pytest.raises(http.OutboundRefused):
        http.fetch("http://site.example/")


def test_loopback_among_public_addresses_is_refused_even_when_allowed(resolver: Resolver) -> None:
    resolver.answers["site.example"] = [["93.184.215.14", "127.0.0.1"]]
    with pytest.raises(http.OutboundRefused):
        http.fetch("http://site.example/")


def test_the_operator_may_name_a_host_inside(
    settings: Settings, resolver: Resolver, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("a model")
    settings.WARREN_ALLOW_LOOPBACK = False
    settings.WARREN_OUTBOUND_ALLOW = (f"ollama:{httpserver.port}",)
    resolver.answers["ollama"] = [["127.0.0.1"]]
    assert http.fetch(f"http://ollama:{httpserver.port}/").body == b"a model"
    with pytest.raises(http.OutboundRefused):
        http.fetch("http://ollama/")


def test_a_page_is_fetched_with_its_type_and_its_name(
    resolver: Resolver, httpserver: HTTPServer
) -> None:
    seen: list[Request] = []

    def page(request: Request) -> Response:
        seen.append(request)
        return Response("Grüße", content_type="Text/HTML; charset=utf-8")

    httpserver.expect_request("/page").respond_with_handler(page)
    resolver.answers["site.example"] = [["127.0.0.1"]]
    url = f"http://site.example:{httpserver.port}/page?q=1"
    fetched = http.fetch(url, accept="text/html")
    assert (fetched.status, fetched.ok, fetched.content_type) == (200, True, "text/html")
    assert fetched.body.decode(fetched.charset or "") == "Grüße"
    assert fetched.url == url
    assert seen[0].headers["Host"] == f"site.example:{httpserver.port}"
    assert seen[0].headers["Accept"] == "text/html"
    assert seen[0].headers["User-Agent"].startswith("Warren/")


def test_an_error_status_is_an_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/gone").respond_with_data("", status=410)
    fetched = http.fetch(httpserver.url_for("/gone"))
    assert (fetched.status, fetched.ok) == (410, False)


def test_a_name_that_changes_its_mind_gains_nothing(
    settings: Settings, resolver: Resolver, httpserver: HTTPServer
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    resolver.answers["rebind.example"] = [["93.184.215.14"], ["127.0.0.1"]]
    connected: list[str] = []

    class Recorder(httpcore2.SyncBackend):
        def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore2.NetworkStream:
            connected.append(host)
            raise httpcore2.ConnectError("not in a test")

    backend = transport._Backend(allow_loopback=False)
    backend._sockets = Recorder()
    with transport._during(transport._Exchange(deadline=time.monotonic() + 5)):
        with pytest.raises(httpcore2.ConnectError):
            backend.connect_tcp("rebind.example", 80)
        with pytest.raises(http.OutboundRefused):
            backend.connect_tcp("rebind.example", 80)
    assert connected == ["93.184.215.14"]
    assert resolver.asked == ["rebind.example", "rebind.example"]


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[fd00::1]/"]
    + [
        "http://inside.example/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "http://x:y@a.example/",
    ],
)
def test_a_redirect_inside_is_refused(
    target: str, resolver: Resolver, httpserver: HTTPServer
) -> None:
    resolver.answers["inside.example"] = [["192.168.1.1"]]
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": target})
    with pytest.raises(http.OutboundRefused):
        http.fetch(httpserver.url_for("/"))


def test_three_redirects_are_followed_and_a_fourth_is_not(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/0").respond_with_data("here")
    for step in range(1, 5):
        httpserver.expect_request(f"/{step}").respond_with_data(
            "", status=302, headers={"Location": f"/{step - 1}"}
        )
    fetched = http.fetch(httpserver.url_for("/3"))
    assert (fetched.body, fetched.url) == (b"here", httpserver.url_for("/0"))
    with pytest.raises(http.OutboundFailed, match="more than 3"):
        http.fetch(httpserver.url_for("/4"))


def test_a_client_follows_no_redirect_unless_told(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/x"})
    with http.client(base_url=httpserver.url_for("/")) as door:
        assert door.get("/").status_code == 302


def test_a_password_does_not_follow_a_redirect_to_another_host(
    resolver: Resolver, httpserver: HTTPServer
) -> None:
    seen: list[Request] = []

    def end(request: Request) -> Response:
        seen.append(request)
        return Response("")

    resolver.answers["other.example"] = [["127.0.0.1"]]
    target = f"http://other.example:{httpserver.port}/end"
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": target})
    httpserver.expect_request("/end").respond_with_handler(end)
    http.fetch(httpserver.url_for("/"), headers={"Authorization": "Bearer token"})
    assert "Authorization" not in seen[0].headers


def test_cookies_are_not_kept(httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def page(request: Request) -> Response:
        seen.append(request)
        return Response("", headers={"Set-Cookie": "id=1; Path=/"})

    httpserver.expect_request("/").respond_with_handler(page)
    with http.client() as door:
        door.get(httpserver.url_for("/"))
        door.get(httpserver.url_for("/"))
    assert [request.headers.get("Cookie") for request in seen] == [None, None]


def test_a_proxy_in_the_environment_is_ignored(
    monkeypatch: pytest.MonkeyPatch, httpserver: HTTPServer
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    httpserver.expect_request("/").respond_with_data("direct")
    assert http.fetch(httpserver.url_for("/")).body == b"direct"


def test_connections_are_kept_alive_between_clients() -> None:
    with a_server(keeps_answering) as server:
        for _ in range(5):
            assert http.fetch(server.url).body == b"ok"
        assert server.connections == 1


def test_threads_share_the_door(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    url, bodies = httpserver.url_for("/"), []
    threads = [
        threading.Thread(target=lambda: bodies.append(http.fetch(url).body)) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [b"ok"] * 16


def test_forbidding_loopback_also_stops_connections_already_open(
    settings: Settings, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    assert http.fetch(httpserver.url_for("/")).ok
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(http.OutboundRefused):
        http.fetch(httpserver.url_for("/"))


# -- Size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
def test_the_size_is_capped_when_it_is_announced(
    size: int, fits: bool, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data(b"x" * size)
    if fits:
        assert len(http.fetch(httpserver.url_for("/"), max_bytes=1000).body) == size
    else:
        with pytest.raises(http.OutboundTooLarge, match="1 kB") as caught:
            http.fetch(httpserver.url_for("/"), max_bytes=1000)
        assert caught.value.sent


def test_the_size_is_capped_when_it_is_not_announced() -> None:
    with (
        a_server(sends(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000)) as server,
        pytest.raises(http.OutboundTooLarge),
    ):
        http.fetch(server.url, max_bytes=1000)


def test_a_bomb_is_stopped_at_the_cap_and_not_unpacked(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 60_000
    httpserver.expect_request("/").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    unpacked: list[int] = []
    original = transport._Body._decode

    def decode(body: transport._Body, chunk: bytes, limit: int) -> bytes:
        plain = original(body, chunk, limit)
        unpacked.append(len(plain))
        return plain

    monkeypatch.setattr(transport._Body, "_decode", decode)
    with pytest.raises(http.OutboundTooLarge):
        http.fetch(httpserver.url_for("/"), max_bytes=1_000_000)
    assert sum(unpacked) == 1_000_001


@pytest.mark.parametrize("body", [b"hello", b"", b"x" * 300_000])
def test_a_compressed_answer_arrives_plain(body: bytes, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        gzip.compress(body), headers={"Content-Encoding": "gzip"}
    )
    assert http.fetch(httpserver.url_for("/")).body == body


def test_a_compressed_answer_may_come_in_parts(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        gzip.compress(b"one ") + gzip.compress(b"two"), headers={"Content-Encoding": "gzip"}
    )
    assert http.fetch(httpserver.url_for("/")).body == b"one two"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip"),
        ("gzip", gzip.compress(b"x" * 999)[:-9]),
        ("br", b"x"),
        ("gzip, gzip", b""),
    ],
)
def test_an_answer_that_cannot_be_unpacked_is_a_failure(
    encoding: str, body: bytes, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data(body, headers={"Content-Encoding": encoding})
    with pytest.raises(http.OutboundFailed) as caught:
        http.fetch(httpserver.url_for("/"))
    assert caught.value.sent


def test_a_head_request_has_no_body_to_be_too_large(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"x" * 5000)
    with http.client(max_bytes=10) as door:
        assert door.head(httpserver.url_for("/")).status_code == 200


# -- Time, and whether anything was sent ---------------------------------------------------------


@pytest.mark.real_time
def test_a_drip_of_body_ends_at_the_deadline() -> None:
    with a_server(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")) as server:
        assert_times_out(server.url, sent=True)


@pytest.mark.real_time
def test_a_drip_of_headers_ends_at_the_deadline() -> None:
    with a_server(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")) as server:
        assert_times_out(server.url, sent=True)


@pytest.mark.real_time
def test_silence_after_the_request_is_an_ambiguous_timeout() -> None:
    with a_server(is_silent) as server:
        assert_times_out(server.url, sent=True)


@pytest.mark.real_time
def test_the_deadline_covers_all_redirects_together() -> None:
    def slow_redirect(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(0.12)
        # Each redirect over its own connection: this one is closed, and must not be used again.
        head = b"HTTP/1.1 302 F\r\nLocation: /x\r\nConnection: close\r\n"
        connection.sendall(head + b"Content-Length: 0\r\n\r\n")

    with a_server(slow_redirect) as server:
        assert_times_out(server.url, sent=True)


@pytest.mark.real_time
def test_a_reader_that_stops_reading_ends_at_the_deadline() -> None:
    with (
        a_server(is_silent) as server,
        http.client(timeout_seconds=0.3) as door,
        pytest.raises(http.OutboundTimeout) as caught,
    ):
        door.post(server.url, content=bytes(50_000_000))
    assert caught.value.sent


@pytest.mark.real_time
def test_a_name_service_that_hangs_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_: object, **__: object) -> list[Any]:
        released.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    assert_times_out("http://slow.example/", sent=False)
    released.set()


@pytest.mark.real_time
def test_a_connection_that_never_opens_sends_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # Fill the queue; the next one waits for ever.
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        assert_times_out(f"http://127.0.0.1:{full.getsockname()[1]}/", sent=False)
        for one in waiting:
            one.close()


def test_an_unknown_name_sends_nothing(resolver: Resolver) -> None:
    with pytest.raises(http.OutboundFailed, match="spelling") as caught:
        http.fetch("http://nowhere.example/")
    assert (caught.value.sent, caught.value.code) == (False, "name_unknown")


def test_a_refused_connection_sends_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(http.OutboundFailed, match="does not take connections") as caught:
        http.fetch(f"http://127.0.0.1:{port}/")
    assert not caught.value.ambiguous


def test_the_second_address_is_tried_when_the_first_is_dead(
    resolver: Resolver, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("ok")
    resolver.answers["two.example"] = [["127.0.0.9", "127.0.0.1"]]
    assert http.fetch(f"http://two.example:{httpserver.port}/").ok


def test_a_certificate_for_another_name_sends_nothing(tmp_path: Path, resolver: Resolver) -> None:
    context = tls_context(tmp_path, "other.example")
    resolver.answers["site.example"] = [["127.0.0.1"]]
    with (
        a_server(keeps_answering, tls=context) as server,
        pytest.raises(http.OutboundFailed, match="certificate") as caught,
    ):
        http.fetch(f"https://site.example:{server.port}/")
    assert not caught.value.sent
    assert server.received == b""


def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tls_context(tmp_path, "site.example")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    monkeypatch.setattr(httpcore2, "default_ssl_context", lambda: trusting)
    transport._pool.cache_clear()
    resolver.answers["site.example"] = [["127.0.0.1"]]
    with a_server(keeps_answering, tls=context) as server:
        assert http.fetch(f"https://site.example:{server.port}/").body == b"ok"
    transport._pool.cache_clear()


def test_a_talker_of_something_else_sends_nothing_over_tls() -> None:
    with (
        a_server(sends(b"220 mail.example ESMTP\r\n")) as server,
        pytest.raises(http.OutboundFailed) as caught,
    ):
        http.fetch(server.url.replace("http:", "https:"))
    assert not caught.value.sent


def test_a_reset_after_the_request_is_ambiguous() -> None:
    with a_server(resets) as server, pytest.raises(http.OutboundFailed) as caught:
        http.fetch(server.url)
    assert (caught.value.sent, caught.value.ambiguous, caught.value.timeout) == (True, True, False)


def test_an_answer_that_breaks_off_is_ambiguous() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"
    with a_server(sends(half)) as server, pytest.raises(http.OutboundFailed) as caught:
        http.fetch(server.url)
    assert caught.value.sent


def test_nonsense_for_an_answer_is_ambiguous() -> None:
    with (
        a_server(sends(b"nonsense\r\n\r\n")) as server,
        pytest.raises(http.OutboundFailed) as caught,
    ):
        http.fetch(server.url)
    assert caught.value.sent


@pytest.mark.real_time
def test_a_stream_is_capped_and_timed_too() -> None:
    with (
        a_server(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")) as server,
        http.client(timeout_seconds=0.3) as door,
        door.stream("GET", server.url) as answer,
        pytest.raises(http.OutboundTimeout),
    ):
        list(answer.iter_bytes())


@pytest.mark.real_time
def test_a_call_may_have_its_own_time() -> None:
    with (
        a_server(is_silent) as server,
        http.client(timeout_seconds=30) as door,
        pytest.raises(http.OutboundTimeout),
    ):
        door.get(server.url, timeout=0.2)


def test_an_address_is_checked_before_it_is_stored(settings: Settings, resolver: Resolver) -> None:
    resolver.answers["good.example"] = [["93.184.215.14"]]
    resolver.answers["bad.example"] = [["10.0.0.1"]]
    http.check_url("https://good.example/path")
    for url in ("https://bad.example/", "https://good.example:8443/", "ftp://good.example/", "x"):
        with pytest.raises(http.OutboundRefused):
            http.check_url(url)
    with pytest.raises(http.OutboundFailed):
        http.check_url("https://nowhere.example/")


def test_errors_fit_the_tree() -> None:
    assert issubclass(http.OutboundRefused, Invalid)
    assert issubclass(http.OutboundTimeout, Unavailable)
    assert issubclass(http.OutboundFailed, Unavailable)
    assert (http.OutboundRefused("x").status, http.OutboundFailed("x", sent=True).status) == (
        422,
        503,
    )


# -- Servers and names ---------------------------------------------------------------------------


class Resolver:
    """Answers for names under .example and counts; literals and localhost resolve as ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in self.answers:
            if name.endswith(".example"):
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return list(self._real(host, port, *rest, **more))
        self.asked.append(name)
        answers = self.answers[name]
        now = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(None, None, None, "", (address, port)) for address in now]


@pytest.fixture(autouse=True)
def _loopback(settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = True
    settings.WARREN_OUTBOUND_ALLOW = ()


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Resolver:
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


class Server:
    def __init__(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.listener = listener
        self.tls = tls
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.connections = 0
        self.received = b""


Behaviour = Callable[[socket.socket], None]


@contextmanager
def a_server(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, tls)
        threading.Thread(target=_serve, args=(server, behaviour), daemon=True).start()
        yield server


def _serve(server: Server, behaviour: Behaviour) -> None:
    while True:
        try:
            connection, _ = server.listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_answer, args=(server, connection, behaviour), daemon=True).start()


def _answer(server: Server, connection: socket.socket, behaviour: Behaviour) -> None:
    try:
        with connection:
            if server.tls is None:
                behaviour(connection)
            else:
                with server.tls.wrap_socket(connection, server_side=True) as secured:
                    behaviour(secured)
    except OSError:
        return


def keeps_answering(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def sends(answer: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    return behave


def drips(start: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        for _ in range(200):
            time.sleep(0.02)
            connection.sendall(b"x")

    return behave


def is_silent(connection: socket.socket) -> None:
    connection.recv(1000)
    time.sleep(1)


def resets(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def assert_times_out(url: str, *, sent: bool) -> None:
    with pytest.raises(http.OutboundTimeout) as caught:
        http.fetch(url, timeout_seconds=0.3)
    assert (caught.value.sent, caught.value.timeout) == (sent, True)


def tls_context(folder: Path, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
