"""What a new team has said about its first steps. How far it is, its rows say by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from config.kernel.scoping import org_atomic
from organizations.models import Organization, User

from .audit import record


@dataclass(frozen=True, slots=True)
class Said:
    """Which steps were skipped, and whether the list is put away."""

    skipped: frozenset[str] = frozenset()
    is_hidden: bool = False


def said_of(settings: dict[str, Any]) -> Said:
    """Read from a team's settings; what is not there was not said."""
    kept = settings.get("first_steps") or {}
    return Said(frozenset(kept.get("skipped", ())), bool(kept.get("is_hidden", False)))


def skip_step(*, step: str, by: User) -> None:
    _change(by, f"skipped {step}", lambda said: replace(said, skipped=said.skipped | {step}))


def take_up_step(*, step: str, by: User) -> None:
    """Take a skipped step up again; the list comes back with it."""
    taken = {"is_hidden": False}
    _change(
        by, f"took up {step}", lambda said: replace(said, skipped=said.skipped - {step}, **taken)
    )


def hide_steps(*, by: User) -> None:
    _change(by, "hid the list", lambda said: replace(said, is_hidden=True))


def show_steps(*, by: User) -> None:
    """Bring the list back whole."""
    _change(by, "brought the list back", lambda said: Said())


def _change(by: User, what: str, change: Any) -> None:
    with org_atomic() as organization_id:
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        before = said_of(row.settings)
        after: Said = change(before)
        if after == before:
            return
        kept = {"skipped": sorted(after.skipped), "is_hidden": after.is_hidden}
        row.settings = {**row.settings, "first_steps": kept}
        row.save(update_fields=["settings", "updated_at"])
        record(action="first_steps.changed", target=row, by=by, reason=what)
