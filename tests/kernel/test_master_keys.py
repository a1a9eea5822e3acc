"""One suite over all keepers of the master key: a file, and three services that really encrypt."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from config.kernel import vault
from config.kernel.master_keys import (
    PROVIDERS,
    AwsMasterKey,
    Keepers,
    MasterKey,
    MasterKeyMissing,
    master_key,
    remote,
)
from config.kernel.master_keys.aws import Credentials, signed
from config.kernel.vault import Place, SecretUnreadable
from tests.kernel import key_services as services
from tests.kernel.key_services import FakeAws, FakeGoogle, FakeVault, Service
from tests.kernel.test_vault import Memory

DATA_KEY = bytes(range(32))
OURS, THEIRS = (f"v1|data key|{UUID(int=number)}|1".encode() for number in (1, 2))
REMOTE = ["aws", "google", "vault"]


@dataclass
class Setup:
    """A keeper as the settings make it, the service behind it, and how to take it away."""

    name: str
    key: MasterKey
    service: Service | None
    server: HTTPServer | None
    lose: Callable[[], None]


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, HTTPServer]]:
    """A server for each service. They take half a second to stop, so they stay for all tests."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(HTTPServer(threaded=True)) for name in REMOTE}


@pytest.fixture
def set_up(
    servers: dict[str, HTTPServer], tmp_path: Path, settings: Settings
) -> Callable[[str], Setup]:
    def make(name: str) -> Setup:
        settings.WARREN_MASTER_KEY_PROVIDER = name
        settings.WARREN_MASTER_KEY_FORMER = ()
        if name == "file":
            file = tmp_path / "master.key"
            file.write_text(vault.new_master_key())
            settings.WARREN_MASTER_KEY_FILE = file
            return Setup(name, master_key(), None, None, file.unlink)
        server = servers[name]
        service = SERVICES[name](server, tmp_path, settings)
        server.clear()
        server.expect_request(re.compile(".*")).respond_with_handler(service)
        away = partial(setattr, service, "failing", 503)
        return Setup(name, master_key(), service, server, away)

    return make


@pytest.fixture(params=["file", *REMOTE])
def setup(request: pytest.FixtureRequest, set_up: Callable[[str], Setup]) -> Setup:
    return set_up(request.param)


@pytest.fixture(params=REMOTE)
def away(request: pytest.FixtureRequest, set_up: Callable[[str], Setup]) -> Setup:
    return set_up(request.param)


def _aws(server: HTTPServer, folder: Path, settings: Any) -> Service:
    file = folder / "aws"
    file.write_text(
        f"[default]\naws_access_key_id = {services.AWS_ID}\n"
        f"aws_secret_access_key = {services.AWS_SECRET}\n"
    )
    settings.WARREN_AWS_CREDENTIALS_FILE = file
    settings.WARREN_AWS_KMS_KEY = services.AWS_KEY
    settings.WARREN_AWS_REGION = "eu-central-1"
    settings.WARREN_AWS_KMS_ENDPOINT = server.url_for("")
    return FakeAws()


def _google(server: HTTPServer, folder: Path, settings: Any) -> Service:
    fake = FakeGoogle()
    settings.WARREN_GOOGLE_CREDENTIALS_FILE = fake.write_credentials(
        folder / "google.json", server.url_for("/token")
    )
    settings.WARREN_GOOGLE_KMS_KEY = services.GOOGLE_KEY
    settings.WARREN_GOOGLE_KMS_ENDPOINT = server.url_for("")
    settings.WARREN_GOOGLE_TOKEN_URL = ""
    return fake


def _vault(server: HTTPServer, folder: Path, settings: Any) -> Service:
    (folder / "token").write_text(f"{FakeVault.token}\n")
    settings.WARREN_VAULT_TOKEN_FILE = folder / "token"
    settings.WARREN_VAULT_ADDRESS = server.url_for("")
    return FakeVault()


SERVICES: dict[str, Callable[[HTTPServer, Path, Any], Service]] = {
    "aws": _aws,
    "google": _google,
    "vault": _vault,
}


def test_the_suite_covers_every_keeper() -> None:
    assert set(PROVIDERS) == {"file", *REMOTE}


def test_what_is_wrapped_unwraps_and_twice_is_never_alike(setup: Setup) -> None:
    first, second = (setup.key.wrap(DATA_KEY, OURS) for _ in range(2))
    assert first != second
    assert setup.key.unwrap(first, OURS) == setup.key.unwrap(second, OURS) == DATA_KEY
    assert DATA_KEY not in first
    setup.key.check()


def test_a_key_wrapped_for_one_organization_opens_for_no_other(setup: Setup) -> None:
    with pytest.raises(SecretUnreadable):
        setup.key.unwrap(setup.key.wrap(DATA_KEY, OURS), THEIRS)


def test_a_damaged_wrapping_does_not_open(setup: Setup) -> None:
    wrapped = bytearray(setup.key.wrap(DATA_KEY, OURS))
    wrapped[-3] ^= 0x04
    with pytest.raises(SecretUnreadable) as caught:
        setup.key.unwrap(bytes(wrapped), OURS)
    assert DATA_KEY.hex() not in repr(caught.value)


def test_it_knows_its_own_wrappings_without_asking(setup: Setup) -> None:
    wrapped = setup.key.wrap(DATA_KEY, OURS)
    asked = len(setup.service.asked) if setup.service else 0
    assert setup.key.wrapped(wrapped)
    assert not setup.key.wrapped(b"\x02?" + wrapped[2:])
    assert not setup.key.wrapped(b"")
    assert asked == (len(setup.service.asked) if setup.service else 0)


def test_what_another_keeper_wrapped_says_which_setting_helps(setup: Setup) -> None:
    with pytest.raises(MasterKeyMissing, match="[Ff]ormer"):
        setup.key.unwrap(b"\x02?" + bytes(60), OURS)


def test_a_keeper_that_is_away_keeps_secrets_closed_and_says_so(setup: Setup) -> None:
    wrapped = setup.key.wrap(DATA_KEY, OURS)
    setup.lose()
    for act, what in ((setup.key.wrap, DATA_KEY), (setup.key.unwrap, wrapped)):
        with pytest.raises(MasterKeyMissing, match="closed") as caught:
            act(what, OURS)
        assert caught.value.status == 503
        assert DATA_KEY.hex() not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_the_vault_seals_and_opens_with_it_and_asks_at_most_once_in_five_minutes(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, uptime = vault.key_store.get(), 1000.0
    monkeypatch.setattr(vault, "monotonic", lambda: uptime)
    try:
        vault.key_store.fill(Memory())
        vault.forget_keys()
        place = Place(uuid4(), "accounts", "token", "1")
        sealed = [vault.seal(b"planted", place) for _ in range(20)]
        asked = len(setup.service.asked) if setup.service else 0
        setup.lose()
        assert {vault.unseal(each, place) for each in sealed} == {b"planted"}
        assert asked == (len(setup.service.asked) if setup.service else 0)
        uptime += 301
        with pytest.raises(MasterKeyMissing):
            vault.unseal(sealed[0], place)
    finally:
        if before is not None:
            vault.key_store.fill(before)
        vault.forget_keys()


# -- The services alone --------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_stumbles_is_asked_once_more_and_then_left_alone(
    away: Setup, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert away.service is not None
    away.service.failing = status
    with pytest.raises(MasterKeyMissing, match="does not answer"):
        away.key.wrap(DATA_KEY, OURS)
    # For a moment nobody waits for it again, although it is back.
    away.service.failing = None
    with pytest.raises(MasterKeyMissing):
        away.key.wrap(DATA_KEY, OURS)
    monkeypatch.setattr(remote, "monotonic", lambda: float("inf"))
    away.key.check()


@pytest.mark.parametrize("name", REMOTE)
def test_a_service_that_nobody_listens_for_is_said_plainly(
    name: str, set_up: Callable[[str], Setup], settings: Settings
) -> None:
    set_up(name)
    settings.WARREN_AWS_KMS_ENDPOINT = "http://127.0.0.1:1"
    settings.WARREN_GOOGLE_KMS_ENDPOINT = settings.WARREN_VAULT_ADDRESS = "http://127.0.0.1:1"
    with pytest.raises(MasterKeyMissing, match="Nothing is lost"):
        master_key().wrap(DATA_KEY, OURS)


def test_a_refusal_is_not_mistaken_for_a_damaged_key(away: Setup) -> None:
    assert away.service is not None
    wrapped = away.key.wrap(DATA_KEY, OURS)
    away.service.failing = 403
    with pytest.raises(MasterKeyMissing, match="refused with 403"):
        away.key.unwrap(wrapped, OURS)


def test_an_answer_that_is_rubbish_is_no_key(away: Setup) -> None:
    away.key.check()
    assert away.server is not None
    away.server.clear()
    away.server.expect_request(re.compile(".*")).respond_with_data("<html>", status=418)
    with pytest.raises(MasterKeyMissing):
        away.key.wrap(DATA_KEY, OURS)


def test_this_machine_is_reached_only_if_a_setting_says_so(away: Setup, settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(MasterKeyMissing, match="WARREN_OUTBOUND_ALLOW"):
        away.key.wrap(DATA_KEY, OURS)
    assert away.server is not None
    settings.WARREN_OUTBOUND_ALLOW = (f"{away.server.host}:{away.server.port}",)
    away.key.check()


def test_the_organization_is_named_to_the_service_and_the_value_is_not(away: Setup) -> None:
    assert away.service is not None
    away.key.wrap(DATA_KEY, OURS)
    _, body = away.service.asked[-1]
    named = [str(UUID(int=1)).encode(), b64encode(OURS)]
    assert any(each in body for each in named)


def test_the_signature_is_the_one_that_aws_publishes() -> None:
    """The suite of Signature Version 4: post-vanilla and get-vanilla."""
    known = {
        "POST": "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "GET": "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    }
    for method, signature in known.items():
        headers = signed(
            method,
            "https://example.amazonaws.com/",
            {},
            b"",
            credentials=Credentials(services.AWS_ID, services.AWS_SECRET),
            region="us-east-1",
            service="service",
            moment=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
        )
        assert headers["authorization"].endswith(f"Signature={signature}")


def test_a_wrong_secret_is_refused_by_aws(set_up: Callable[[str], Setup], tmp_path: Path) -> None:
    setup = set_up("aws")
    file = tmp_path / "aws"
    file.write_text(file.read_text().replace("wJalr", "xJalr"))
    with pytest.raises(MasterKeyMissing, match="refused with 400"):
        setup.key.wrap(DATA_KEY, OURS)


def test_a_session_token_is_signed_and_sent() -> None:
    headers = signed(
        "POST",
        "https://kms.example/",
        {},
        b"",
        credentials=Credentials("a", "b", "c"),
        region="r",
        service="kms",
        moment=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert headers["x-amz-security-token"] == "c"
    assert "x-amz-security-token" in headers["authorization"]


@pytest.mark.parametrize("text", ["", "nonsense", "[default]\naws_access_key_id = x", "{}", "[]"])
@pytest.mark.parametrize(("name", "file"), [("aws", "aws"), ("google", "google.json")])
def test_broken_credentials_are_named_and_not_shown(
    text: str, name: str, file: str, set_up: Callable[[str], Setup], tmp_path: Path
) -> None:
    setup = set_up(name)
    (tmp_path / file).write_text(text)
    with pytest.raises(MasterKeyMissing, match="CREDENTIALS_FILE") as caught:
        setup.key.wrap(DATA_KEY, OURS)
    assert caught.value.__cause__ is None


def test_the_metadata_server_gives_tokens_too(
    set_up: Callable[[str], Setup], settings: Settings
) -> None:
    setup = set_up("google")
    server = setup.server
    assert server is not None
    settings.WARREN_GOOGLE_CREDENTIALS_FILE = None
    settings.WARREN_GOOGLE_TOKEN_URL = server.url_for("/metadata/token")
    key = master_key()
    assert key.unwrap(key.wrap(DATA_KEY, OURS), OURS) == DATA_KEY
    assert setup.service is not None
    assert [path for path, _ in setup.service.asked].count("/metadata/token") == 1
    settings.WARREN_GOOGLE_TOKEN_URL = server.url_for("/elsewhere")
    with pytest.raises(MasterKeyMissing, match="WARREN_GOOGLE_TOKEN_URL"):
        master_key().wrap(DATA_KEY, OURS)


def test_google_is_asked_for_a_token_before_the_last_one_ends(
    set_up: Callable[[str], Setup],
) -> None:
    setup = set_up("google")
    assert isinstance(setup.service, FakeGoogle)
    setup.service.expires_in = 30
    for _ in range(3):
        setup.key.wrap(DATA_KEY, OURS)
    assert [path for path, _ in setup.service.asked].count("/token") == 3


def test_a_renewed_vault_token_is_taken_from_its_file(
    set_up: Callable[[str], Setup], tmp_path: Path
) -> None:
    setup = set_up("vault")
    assert isinstance(setup.service, FakeVault)
    setup.service.token = "hvs.renewed"
    with pytest.raises(MasterKeyMissing, match="refused with 403"):
        setup.key.wrap(DATA_KEY, OURS)
    (tmp_path / "token").write_text("hvs.renewed")
    setup.key.check()
    (tmp_path / "token").unlink()
    with pytest.raises(MasterKeyMissing, match="WARREN_VAULT_TOKEN_FILE"):
        setup.key.check()


# -- One after the other -------------------------------------------------------------------------


def test_a_former_keeper_still_unwraps_and_no_longer_wraps(
    set_up: Callable[[str], Setup], settings: Settings
) -> None:
    file = set_up("file").key
    old = file.wrap(DATA_KEY, OURS)
    set_up("aws")
    settings.WARREN_MASTER_KEY_FORMER = ("file",)
    both = master_key()
    assert isinstance(both, Keepers)
    assert both.unwrap(old, OURS) == DATA_KEY
    assert isinstance(both.first, AwsMasterKey)
    assert both.first.wrapped(both.wrap(DATA_KEY, OURS))
    settings.WARREN_MASTER_KEY_FORMER = ()
    with pytest.raises(MasterKeyMissing, match="WARREN_MASTER_KEY_FORMER"):
        master_key().unwrap(old, OURS)


def test_every_key_moves_from_one_keeper_to_the_next(set_up: Callable[[str], Setup]) -> None:
    before = vault.key_store.get()
    vault.key_store.fill(Memory())
    try:
        places = [Place(uuid4(), "accounts", "token", "1") for _ in range(4)]
        keepers = {name: set_up(name).key for name in ["aws", "google", "vault", "file"]}
        vault.forget_keys()
        sealed = [vault.seal(b"planted", place) for place in places]
        for old, new in pairwise(["file", "aws", "google", "vault", "file"]):
            done: list[int] = []
            count = vault.rewrap(keepers[old], keepers[new], progress=partial(_note, done))
            assert (count, done) == (4, [1, 2, 3, 4])
            assert vault.rewrap(keepers[old], keepers[new]) == 0
            vault.forget_keys()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(vault, "master_key", partial(keepers.__getitem__, new))
                assert [*map(vault.unseal, sealed, places)] == [b"planted"] * 4
    finally:
        if before is not None:
            vault.key_store.fill(before)
        vault.forget_keys()


def _note(done: list[int], number: int, total: int) -> None:
    assert total == 4
    done.append(number)


def test_a_keeper_that_cannot_read_what_it_writes_takes_nothing_over(
    set_up: Callable[[str], Setup],
) -> None:
    class OneWay(FakeVault):
        def open(self, sealed: bytes, bound: bytes) -> bytes | None:
            return None

    old, new = set_up("file"), set_up("vault")
    assert new.server is not None
    new.server.clear()
    new.server.expect_request(re.compile(".*")).respond_with_handler(OneWay())
    before = vault.key_store.get()
    vault.key_store.fill(Memory())
    try:
        with pytest.raises(SecretUnreadable):
            vault.rewrap(old.key, new.key)
    finally:
        if before is not None:
            vault.key_store.fill(before)


def test_a_keeper_of_another_name_is_refused_with_the_list(settings: Settings) -> None:
    settings.WARREN_MASTER_KEY_PROVIDER = "azure"
    with pytest.raises(MasterKeyMissing, match="file, aws, google, vault"):
        master_key()
