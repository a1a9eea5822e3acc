"""The envelope: what it binds, what it forgets, and how its keys are replaced."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from config.kernel import vault
from config.kernel.vault import FileMasterKey, KeyStore, Place, Secret, WrappedKey

TOKEN = b"planted-token-8c1f"


class Memory(KeyStore):
    """A key store in a dictionary."""

    def __init__(self) -> None:
        self.keys: dict[UUID, list[WrappedKey]] = {}

    def current(self, organization_id: UUID) -> WrappedKey | None:
        return next(reversed(self.keys.get(organization_id, [])), None)

    def get(self, organization_id: UUID, version: int) -> WrappedKey | None:
        mine = self.keys.get(organization_id, [])
        return next((key for key in mine if key.version == version), None)

    def create(self, key: WrappedKey) -> WrappedKey:
        if known := self.get(key.organization_id, key.version):
            return known
        self.keys.setdefault(key.organization_id, []).append(key)
        return key

    def replace(self, key: WrappedKey, wrapped: bytes) -> bool:
        mine = self.keys[key.organization_id]
        if key not in mine:
            return False
        mine[mine.index(key)] = replace(key, wrapped=wrapped)
        return True

    def all(self) -> Iterator[WrappedKey]:
        return iter([key for mine in self.keys.values() for key in mine])

    def destroy(self, organization_id: UUID) -> int:
        return len(self.keys.pop(organization_id, []))


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Iterator[Memory]:
    settings.WARREN_MASTER_KEY_FILE = write_keys(tmp_path / "master.key", vault.new_master_key())
    before, memory = vault.key_store.get(), Memory()
    vault.key_store.fill(memory)
    vault.forget_keys()
    yield memory
    if before is not None:
        vault.key_store.fill(before)
    vault.forget_keys()


@pytest.fixture
def place() -> Place:
    return Place(uuid4(), "accounts", "token", str(uuid4()))


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_in_its_place(value: bytes) -> None:
    place = Place(UUID(int=1), "accounts", "token", "1")
    assert vault.unseal(vault.seal(value, place), place) == value


def test_the_same_value_is_never_sealed_twice_alike(place: Place) -> None:
    nonces = {vault.seal(TOKEN, place)[5:17] for _ in range(2000)}
    assert len(nonces) == 2000


@pytest.mark.parametrize(
    "change",
    [
        {"row_id": "another"},
        {"column": "refresh_token"},
        {"table": "routes"},
        {"organization_id": UUID(int=5)},
    ],
)
def test_a_value_moved_elsewhere_does_not_open(place: Place, change: dict[str, object]) -> None:
    elsewhere = replace(place, **change)  # type: ignore[arg-type]
    vault.seal(b"so that it has a key too", elsewhere)
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(vault.seal(TOKEN, place), elsewhere)


def test_every_flipped_byte_is_noticed_and_nothing_is_told(place: Place) -> None:
    sealed = vault.seal(TOKEN, place)
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 0x01
        with pytest.raises(vault.SecretUnreadable) as caught:
            vault.unseal(bytes(broken), place)
        shown = f"{caught.value!r} {caught.value.message} {caught.value.__cause__!r}"
        assert TOKEN.decode() not in shown


@pytest.mark.parametrize("broken", [b"", b"\x01", b"\x01" * 32, b"\x02" * 60, bytes(range(60))])
def test_what_was_never_sealed_does_not_open(broken: bytes, place: Place) -> None:
    with pytest.raises(vault.SecretUnreadable, match="Connect the account again"):
        vault.unseal(broken, place)


def test_a_new_data_key_seals_new_values_and_old_ones_still_open(place: Place) -> None:
    old = vault.seal(TOKEN, place)
    assert vault.new_data_key(place.organization_id).version == 2
    new = vault.seal(TOKEN, place)
    assert (vault.key_version(old), vault.key_version(new)) == (1, 2)
    assert vault.unseal(old, place) == vault.unseal(new, place) == TOKEN


def test_claiming_another_key_version_is_noticed(place: Place) -> None:
    sealed = vault.seal(TOKEN, place)
    vault.new_data_key(place.organization_id)
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(sealed[:1] + (2).to_bytes(4) + sealed[5:], place)


def test_a_shredded_organization_is_unreadable_and_others_are_not(place: Place) -> None:
    other = replace(place, organization_id=uuid4())
    sealed, kept = vault.seal(TOKEN, place), vault.seal(TOKEN, other)
    assert vault.shred(place.organization_id) == 1
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(sealed, place)
    assert vault.unseal(kept, other) == TOKEN
    # A key made afterwards has the same number and opens nothing of before.
    vault.seal(TOKEN, place)
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(sealed, place)


def test_a_key_erased_elsewhere_is_forgotten_after_five_minutes(
    place: Place, store: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    uptime = 1000.0
    monkeypatch.setattr(vault, "monotonic", lambda: uptime)
    sealed = vault.seal(TOKEN, place)
    store.destroy(place.organization_id)
    uptime += 299
    assert vault.unseal(sealed, place) == TOKEN
    uptime += 2
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(sealed, place)


def test_a_key_of_a_transaction_that_was_rolled_back_is_not_used(
    place: Place, store: Memory
) -> None:
    lost = vault.seal(b"never committed", place)
    store.keys.clear()
    sealed = vault.seal(TOKEN, place)
    vault._cache.put(WrappedKey(place.organization_id, 1, b"rolled back"), os.urandom(32))
    assert vault.unseal(sealed, place) == TOKEN
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(lost, place)


def test_two_processes_that_make_the_first_key_agree_on_one(place: Place, store: Memory) -> None:
    sealed: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: sealed.append(vault.seal(TOKEN, place))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {vault.unseal(value, place) for value in sealed} == {TOKEN}


# -- The master key ------------------------------------------------------------------------------


def test_rewrapping_changes_the_wrapping_and_no_value(tmp_path: Path, settings: Settings) -> None:
    places = [Place(uuid4(), "accounts", "token", "1") for _ in range(5)]
    sealed = [vault.seal(TOKEN, place) for place in places]
    old = FileMasterKey(settings.WARREN_MASTER_KEY_FILE)
    new = FileMasterKey(write_keys(tmp_path / "new.key", vault.new_master_key()))
    assert vault.rewrap(old, new) == 5
    assert vault.rewrap(old, new) == 0
    vault.forget_keys()
    with pytest.raises(vault.MasterKeyMissing, match="second line"):
        vault.unseal(sealed[0], places[0])
    settings.WARREN_MASTER_KEY_FILE = new.path
    assert {vault.unseal(*pair) for pair in zip(sealed, places, strict=True)} == {TOKEN}


def test_an_interrupted_rewrapping_goes_on_where_it_stopped(
    tmp_path: Path, settings: Settings, store: Memory
) -> None:
    for number in range(4):
        vault.seal(TOKEN, Place(UUID(int=number), "accounts", "token", "1"))
    old = FileMasterKey(settings.WARREN_MASTER_KEY_FILE)
    new = FileMasterKey(write_keys(tmp_path / "new.key", vault.new_master_key()))
    everything = list(store.all())
    store.all = lambda: iter(everything[:2])  # type: ignore[method-assign]
    assert vault.rewrap(old, new) == 2
    del store.all
    assert vault.rewrap(old, new) == 2


def test_with_both_keys_in_the_file_nothing_stops_during_the_change(
    place: Place, settings: Settings
) -> None:
    sealed = vault.seal(TOKEN, place)
    path = Path(settings.WARREN_MASTER_KEY_FILE)
    write_keys(path, vault.new_master_key(), path.read_text())
    vault.forget_keys()
    assert vault.unseal(sealed, place) == TOKEN
    both = FileMasterKey(path)
    alone = FileMasterKey(write_keys(path.with_name("alone"), path.read_text().splitlines()[0]))
    assert vault.rewrap(both, alone) == 1
    vault.forget_keys()
    assert vault.unseal(sealed, place) == TOKEN


@pytest.mark.parametrize(
    "content",
    [
        base64.urlsafe_b64encode(bytes(range(32))),
        base64.b64encode(b"\xfb\xff" * 16) + b"\n",
        b"# made on 1 March\n" + bytes(range(32)).hex().encode() + b"\n\n",
        bytes(range(200, 232)),
    ],
)
def test_a_master_key_may_be_written_in_several_ways(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    key = FileMasterKey(tmp_path / "key")
    assert key.unwrap(key.wrap(b"data key", b"x"), b"x") == b"data key"
    with pytest.raises(vault.SecretUnreadable):
        key.unwrap(key.wrap(b"data key", b"x"), b"y")


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"!" * 44, b"z" * 64, b"x" * 31])
def test_a_file_without_a_key_says_so_without_showing_it(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(vault.MasterKeyMissing, match="32 bytes") as caught:
        FileMasterKey(tmp_path / "key").wrap(b"data key", b"x")
    assert "zzz" not in caught.value.message


def test_a_master_key_that_is_away_says_what_to_set(place: Place, settings: Settings) -> None:
    settings.WARREN_MASTER_KEY_FILE = "/nowhere/master.key"
    with pytest.raises(vault.MasterKeyMissing, match="WARREN_MASTER_KEY_FILE"):
        vault.seal(TOKEN, place)


def test_a_file_that_is_just_being_written_still_opens_and_an_emptied_one_does_not(
    tmp_path: Path,
) -> None:
    path = write_keys(tmp_path / "key", vault.new_master_key())
    key = FileMasterKey(path)
    wrapped = key.wrap(b"data key", b"x")
    for content in ("", "half a k"):
        path.write_text(content)
        assert key.unwrap(wrapped, b"x") == b"data key"
    changed = path.stat().st_mtime - 3
    os.utime(path, (changed, changed))
    with pytest.raises(vault.MasterKeyMissing):
        key.unwrap(wrapped, b"x")


# -- Secret and mask -----------------------------------------------------------------------------


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(TOKEN.decode())
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{[secret]} {secret!r}"]
    shown += [json.dumps({"token": secret}, default=str), "%s" % secret]  # noqa: UP031
    assert not any(TOKEN.decode() in text for text in shown)
    assert secret.reveal() == TOKEN.decode()


@pytest.mark.parametrize("value", ["", "token", {}, {"token": 1}])
def test_a_secret_can_be_asked_whether_it_holds_anything(value: object) -> None:
    assert bool(Secret(value)) is bool(value)


def test_a_secret_is_refused_by_json_and_pickle() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": Secret("x")})
    with pytest.raises(TypeError, match="Reveal it"):
        pickle.dumps([Secret("x")])


def test_secrets_compare_with_each_other_and_not_with_texts() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"


def test_copying_a_secret_does_not_open_it() -> None:
    secret: Secret[str] = Secret.closed(lambda: pytest.fail("opened"), origin=None)
    assert copy.copy(secret) is copy.deepcopy(secret) is secret


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("", ""),
        ("a", "****"),
        ("abcdefghijk", "****"),
        ("abcdefghijkl", "****ijkl"),
        ("abcdefghijklmno", "****lmno"),
        ("abcdefghijklmnop", "abcdefgh****mnop"),
        ("sk-live-0123456789abcdef", "sk-live-****cdef"),
    ],
)
def test_a_masked_key_can_be_recognized_and_not_used(key: str, shown: str) -> None:
    assert vault.mask(key) == shown


@given(st.text(min_size=1))
def test_a_mask_never_shows_the_whole(key: str) -> None:
    shown = len(vault.mask(key).replace("*", ""))
    assert shown < max(len(key), 1)


def write_keys(path: Path, *keys: str) -> Path:
    path.write_text("\n".join(keys))
    path.chmod(0o600)
    return path
