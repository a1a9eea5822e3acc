"""The throttle counts exactly, for all processes at once, and says when to come back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from config.kernel import throttle as kernel
from config.kernel.errors import TooMany, Unavailable
from config.kernel.throttle import forget, throttle


def passes(key: str, *, limit: int = 3, per_seconds: float = 3600, cost: int = 1) -> bool:
    try:
        throttle("test", key, limit=limit, per_seconds=per_seconds, cost=cost)
    except TooMany:
        return False
    return True


def test_as_many_pass_as_are_allowed_and_no_more() -> None:
    key = str(uuid4())
    assert [passes(key) for _ in range(5)] == [True, True, True, False, False]
    assert passes(str(uuid4()))


def test_of_fifty_threads_exactly_as_many_pass_as_are_allowed() -> None:
    key, start = str(uuid4()), threading.Barrier(50)

    def hurry(_: int) -> int:
        start.wait()
        return sum(passes(key, limit=60) for _ in range(4))

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(hurry, range(50))) == 60


def test_the_refusal_says_when_exactly_one_more_fits() -> None:
    key = str(uuid4())
    for _ in range(3):
        throttle("test", key, limit=3, per_seconds=300)
    with pytest.raises(TooMany, match="Wait 2 minutes") as caught:
        throttle("test", key, limit=3, per_seconds=300)
    assert caught.value.retry_after == pytest.approx(100, abs=5)
    assert caught.value.status == 429


@pytest.mark.real_time
def test_the_allowance_comes_back_evenly() -> None:
    import time

    key = str(uuid4())
    assert [passes(key, limit=2, per_seconds=1.0) for _ in range(3)] == [True, True, False]
    time.sleep(0.55)
    assert [passes(key, limit=2, per_seconds=1.0) for _ in range(2)] == [True, False]


def test_what_costs_more_takes_more_of_the_allowance() -> None:
    key = str(uuid4())
    assert [passes(key, limit=10, cost=4) for _ in range(3)] == [True, True, False]
    assert passes(key, limit=10, cost=2)
    with pytest.raises(ValueError, match="never passes"):
        throttle("test", key, limit=3, per_seconds=1, cost=4)


def test_a_count_can_start_anew_and_another_name_counts_apart() -> None:
    key = str(uuid4())
    assert [passes(key, limit=1) for _ in range(2)] == [True, False]
    throttle("other", key, limit=1, per_seconds=60)
    forget("test", key)
    assert passes(key, limit=1)


def test_redis_sees_a_hash_and_drops_it_when_it_means_nothing_any_more() -> None:
    key = f"{uuid4()}@example.com"
    throttle("test", key, limit=2, per_seconds=60)
    redis = kernel._redis(django_settings.CACHES["default"]["LOCATION"])
    (stored,) = redis.keys(f"{kernel.space}:throttle:test:*")
    assert key.encode() not in stored and b"example.com" not in stored
    assert 0 < redis.pttl(stored) <= 30_000


def test_without_redis_it_refuses_unless_told_to_let_pass(settings: Settings) -> None:
    caches = {**settings.CACHES, "default": {"LOCATION": "redis://127.0.0.1:1/0"}}
    settings.CACHES = caches
    with pytest.raises(Unavailable, match="Try again"):
        throttle("test", "x", limit=1, per_seconds=1)
    throttle("test", "x", limit=1, per_seconds=1, fail_open=True)
