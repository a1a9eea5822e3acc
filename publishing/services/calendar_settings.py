"""What a brand's calendar shows: holidays of which countries, first day of the week, events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from brands.models import BrandProfile
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import User
from organizations.services.audit import changed_fields, record
from publishing.models import CalendarEvent, CalendarSettings

from .holidays import checked_places

EVENT_DAYS_MOST = 92


def save_calendar_settings(
    *, brand: BrandProfile, countries: Sequence[str], week_starts_on: int, by: User | None
) -> CalendarSettings:
    """Set the countries (DE, DE-BY) and the first weekday (0 is Sunday) of a brand's calendar.

    Raises Invalid with the field for a place without a list of holidays.
    """
    wanted = {"countries": checked_places(countries), "week_starts_on": week_starts_on}
    with org_atomic():
        BrandProfile.objects.select_for_update(no_key=True).get(pk=brand.pk)
        row = CalendarSettings.objects.filter(brand=brand).first() or CalendarSettings(brand=brand)
        before, after = changed_fields({name: getattr(row, name) for name in wanted}, wanted)
        for name, value in wanted.items():
            setattr(row, name, value)
        row.save()
        record(action="calendar.settings_saved", target=brand, by=by, before=before, after=after)
    return row


def add_event(
    *,
    brand: BrandProfile | None,
    name: str,
    starts_on: date,
    ends_on: date,
    by: User | None,
    note: str = "",
) -> CalendarEvent:
    """Put an event into a brand's calendar, or into everybody's without a brand.

    Raises Invalid for days that are out of order or for more than a quarter of a year.
    """
    _refuse_days(starts_on, ends_on)
    with org_atomic():
        event = CalendarEvent.objects.create(
            brand=brand, name=name.strip(), note=note.strip(), starts_on=starts_on, ends_on=ends_on
        )
        record(action="calendar.event_added", target=event, by=by)
    return event


def change_event(
    *,
    event: CalendarEvent,
    brand: BrandProfile | None,
    name: str,
    starts_on: date,
    ends_on: date,
    by: User | None,
    note: str = "",
) -> CalendarEvent:
    """Change an event. Raises as `add_event` does."""
    _refuse_days(starts_on, ends_on)
    wanted = {
        "name": name.strip(),
        "note": note.strip(),
        "starts_on": starts_on,
        "ends_on": ends_on,
    }
    with org_atomic():
        before, after = changed_fields({key: getattr(event, key) for key in wanted}, wanted)
        for key, value in wanted.items():
            setattr(event, key, value)
        event.brand = brand
        event.save(update_fields=[*wanted, "brand", "updated_at"])
        record(action="calendar.event_changed", target=event, by=by, before=before, after=after)
    return event


def delete_event(*, event: CalendarEvent, by: User | None) -> None:
    """Take an event out of the calendar; posts on its days stay."""
    with org_atomic():
        record(action="calendar.event_deleted", target=event, by=by, data={"name": event.name})
        event.delete()


def _refuse_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Invalid("The last day is before the first. Correct one of them.", field="ends_on")
    if (ends_on - starts_on).days >= EVENT_DAYS_MOST:
        raise Invalid(
            f"An event lasts at most {EVENT_DAYS_MOST} days. Split it into several.",
            field="ends_on",
        )
