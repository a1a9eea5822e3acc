"""A request that is sent twice happens once, also when the first one died half-way."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.test import Client

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import Material
from organizations.models import ApiKey
from organizations.services.idempotency import (
    Claim,
    InFlight,
    Stored,
    claim_request,
    store_answer,
)
from tests.keys import caller, new_key
from tests.world import World

MATERIALS = "/api/v1/materials/"
TEXT = {"text": "We planed a mast by hand today."}


def add(client: Client, name: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Idempotency-Key": name}
    return client.post(MATERIALS, body or TEXT, content_type="application/json", headers=headers)


def count(world: World) -> int:
    with org_atomic(world.id):
        return Material.objects.count()


@pytest.mark.django_db
def test_the_second_request_gets_the_first_ones_answer(world: World) -> None:
    client, before = caller(world), count(world)
    first, second = add(client, "one"), add(client, "one")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(world) == before + 1


@pytest.mark.django_db
def test_without_the_header_each_request_counts(world: World) -> None:
    client, before = caller(world), count(world)
    for _ in range(2):
        assert client.post(MATERIALS, TEXT, content_type="application/json").status_code == 201
    assert count(world) == before + 2


@pytest.mark.django_db
def test_the_same_name_for_another_request_is_refused(world: World) -> None:
    client = caller(world)
    add(client, "one")
    answer = add(client, "one", {"text": "Something else entirely."})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


@pytest.mark.django_db
def test_two_keys_may_use_the_same_name(world: World) -> None:
    before = count(world)
    assert add(caller(world), "one").json() != add(caller(world), "one").json()
    assert count(world) == before + 2


@pytest.mark.django_db
def test_a_refused_request_did_nothing_and_may_come_again(world: World) -> None:
    client = caller(world)
    assert add(client, "one", {"text": "!!!"}).status_code == 422
    assert add(client, "one").status_code == 201


@pytest.mark.django_db
def test_after_24_hours_the_name_is_free(world: World) -> None:
    client, before = caller(world), count(world)
    add(client, "one")
    with time_machine.travel(now() + timedelta(hours=24, seconds=1)):
        assert add(client, "one").status_code == 201
    assert count(world) == before + 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "x" * 256, "a\tb"])
def test_a_name_that_is_none_is_refused(world: World, name: str) -> None:
    answer = add(caller(world), name)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_invalid")


def claim(key: ApiKey, name: str = "one", fingerprint: str = "f") -> Claim | Stored:
    return claim_request(key=key, name=name, fingerprint=fingerprint)


@pytest.mark.django_db
def test_while_the_first_goes_on_the_second_is_told_to_wait(world: World) -> None:
    key = new_key(world.organization, world.owner).row
    with org_atomic(world.id):
        claim(key)
        with pytest.raises(InFlight) as refused:
            claim(key)
    assert (refused.value.status, refused.value.code) == (409, "idempotency_in_flight")
    assert refused.value.retry_after == 1


@pytest.mark.django_db
def test_a_claim_of_a_dead_process_is_taken_over_and_its_late_work_is_refused(
    world: World,
) -> None:
    key, start = new_key(world.organization, world.owner).row, now()
    with org_atomic(world.id):
        with time_machine.travel(start, tick=False):
            first = claim(key)
        almost = time_machine.travel(start + timedelta(seconds=59), tick=False)
        with almost, pytest.raises(InFlight):
            claim(key)
        with time_machine.travel(start + timedelta(seconds=61), tick=False):
            second = claim(key)
            assert isinstance(first, Claim) and isinstance(second, Claim)
            with pytest.raises(InFlight):
                store_answer(claim=first, status=201, body={"from": "the late one"})
            store_answer(claim=second, status=201, body={"from": "the second"})
            assert claim(key) == Stored(201, {"from": "the second"})


@pytest.mark.django_db
def test_work_that_lost_its_claim_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, before = caller(world), count(world)

    def taken_over(**values: Any) -> Claim | Stored:
        mine = claim_request(**values)
        with time_machine.travel(now() + timedelta(seconds=61), tick=False):
            claim_request(**values)
        return mine

    monkeypatch.setattr("organizations.api.door.claim_request", taken_over)
    answer = add(client, "one")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert answer.headers["Retry-After"] == "1"
    assert count(world) == before


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_add_one_material(world: World) -> None:
    client_key = new_key(world.organization, world.owner).text.reveal()
    before, statuses = count(world), []
    gate = threading.Barrier(10)

    def ask() -> None:
        client = Client(headers={"Authorization": f"Bearer {client_key}"})
        gate.wait()
        statuses.append(add(client, "one").status_code)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(world) == before + 1
    assert set(statuses) <= {201, 409} and 201 in statuses
