"""Registries and slots: checked at the door, so that nobody stumbles later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from config.kernel.hooks import Registry, Slot


@pytest.fixture
def numbers() -> Registry[int]:
    return Registry("numbers", int)


def test_what_is_registered_is_found_under_its_key_in_its_order(numbers: Registry[int]) -> None:
    assert numbers.register("two", 2) == 2
    numbers.register("one", 1)
    assert (numbers["two"], numbers.get("one")) == (2, 1)
    assert list(numbers) == ["two", "one"]
    assert numbers.items() == [("two", 2), ("one", 1)]
    assert numbers.values() == [2, 1]
    assert "one" in numbers and "three" not in numbers


def test_what_is_not_there_is_none_or_an_error(numbers: Registry[int]) -> None:
    assert numbers.get("nothing") is None
    with pytest.raises(KeyError):
        numbers["nothing"]


def test_a_value_of_another_type_is_refused_at_the_door(numbers: Registry[Any]) -> None:
    with pytest.raises(TypeError, match="numbers: 'one' is '1', which is not"):
        numbers.register("one", "1")
    assert "one" not in numbers


def test_a_registry_may_ask_for_anything_that_passes_a_test() -> None:
    acts: Registry[Callable[[], int]] = Registry("acts", callable)
    acts.register("act", lambda: 7)
    assert acts["act"]() == 7
    with pytest.raises(TypeError, match="acts"):
        acts.register("no act", 7)  # type: ignore[arg-type]


def test_a_key_is_taken_once_and_importing_twice_does_no_harm(numbers: Registry[int]) -> None:
    numbers.register("one", 1)
    numbers.register("one", 1)
    with pytest.raises(ValueError, match="'one' is registered twice"):
        numbers.register("one", 2)
    assert numbers["one"] == 1


def test_what_is_taken_out_can_be_registered_anew(numbers: Registry[int]) -> None:
    numbers.register("one", 1)
    numbers.unregister("one")
    numbers.unregister("one")
    numbers.register("one", 11)
    assert numbers["one"] == 11


def test_changing_the_list_that_was_handed_out_changes_nothing(numbers: Registry[int]) -> None:
    numbers.register("one", 1)
    numbers.items().clear()
    numbers.values().clear()
    assert numbers.items() == [("one", 1)]


def test_a_slot_holds_one_implementation_of_its_kind() -> None:
    slot: Slot[int] = Slot("meter", int)
    assert slot.get() is None
    with pytest.raises(LookupError, match="Nothing fills the slot 'meter'"):
        slot.require()
    slot.fill(1)
    slot.fill(2)
    assert slot.get() == slot.require() == 2
    with pytest.raises(TypeError, match="meter: '3' is not a int"):
        slot.fill("3")  # type: ignore[arg-type]
    assert slot.get() == 2
