"""For each channel an account to publish to, so that one contract test can run over all of them.

A new channel adds its stage here: a function of pytest's request that returns a `Stage`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from publishing.channels.base import AccountFacts, Session

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


STAGES: dict[str, Callable[[pytest.FixtureRequest], Stage]] = {"bluesky": bluesky}
