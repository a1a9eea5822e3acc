"""docs/channels.md says of every network what its channel declares."""

from __future__ import annotations

from publishing.channels import document
from publishing.channels.registry import channels


def test_the_table_of_networks_is_current() -> None:
    assert document.is_current(), "run manage.py channels_table"


def test_twenty_seven_networks_can_be_connected() -> None:
    assert len(channels.values()) == 27
