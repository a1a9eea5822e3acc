"""No network at all: somebody posts there, which no test can watch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pytest_django import Settings

from publishing.channels.base import AccountFacts
from tests.peers.sessions import Vault

from .base import Network, Stage

PERSON = "A person posts it, so nothing goes out by a call."


@contextmanager
def stage(settings: Settings) -> Iterator[Stage]:
    with Network() as network:
        yield Stage(
            account=AccountFacts(
                "b5e3",
                settings={
                    "network": "Xing",
                    "profile": "https://www.xing.com/pages/harbour",
                    "who": "Ada",
                },
            ),
            vault=Vault({}),
            network=network,
            values={"network": "Xing", "profile": "www.xing.com/pages/harbour", "who": "Ada"},
            exempt={"publish": PERSON, "faults": PERSON, "connect": PERSON},
        )
