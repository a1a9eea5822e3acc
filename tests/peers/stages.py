"""For each channel an account to publish to, so that one contract test can run over all of them.

A new channel adds its stage here: a function of pytest's request that returns a `Stage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from config.kernel.scoping import org_atomic
from publishing.channels.base import AccountFacts, Session
from publishing.models import FeedEntry

from .fake_atproto import FakeNetwork
from .sessions import MemorySession, Vault


@dataclass(frozen=True, slots=True)
class Stage:
    """`session()` is what a fresh worker gets; `posts()` counts what really stands there."""

    account: AccountFacts
    session: Callable[[], Session]
    posts: Callable[[], int]


def bluesky(request: pytest.FixtureRequest) -> Stage:
    network: FakeNetwork = request.getfixturevalue("fake_atproto")
    person = network.join()
    vault = Vault(dict(person.tokens))
    return Stage(
        account=AccountFacts(person.did, person.handle, network.address),
        session=lambda: MemorySession(network.address, vault),
        posts=lambda: len(network.posts_of(person)),
    )


def feed(request: pytest.FixtureRequest) -> Stage:
    account = request.getfixturevalue("world").account

    def entries() -> int:
        with org_atomic():
            return FeedEntry.objects.filter(account=account).count()

    before = entries()
    return Stage(
        account=AccountFacts(account.remote_id, account.handle),
        session=lambda: MemorySession("", Vault({})),
        posts=lambda: entries() - before,
    )


STAGES: dict[str, Callable[[pytest.FixtureRequest], Stage]] = {"bluesky": bluesky, "feed": feed}
