"""What the ledger's tests share: a network, its channels, and an organization to work in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from config.kernel.scoping import org_atomic
from publishing.models import Delivery
from tests.world import World

from .contract import channel, stage
from .deliveries import due_delivery, test_channels
from .platform import Platform

__all__ = ["channel", "delivery", "in_the_ledger", "platform", "stage"]


@pytest.fixture
def in_the_ledger(world: World, settings: Settings) -> Iterator[None]:
    """Inside the organization and without threads: everything rolls back with the test."""
    settings.WARREN_DELIVERY_THREADS = 0
    settings.WARREN_OUTBOUND_TIMEOUT_SECONDS = 0.3
    with test_channels(), org_atomic(world.id):
        yield


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform() as running:
        yield running


@pytest.fixture
def delivery(world: World) -> Delivery:
    """A post that is due on the organization's own page."""
    return due_delivery(world.brand, world.account)
