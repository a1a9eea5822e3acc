from __future__ import annotations

from config.kernel.clock import is_zone
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from organizations.models import Organization, User

from .audit import record
from .rights import manager_of_people


def update_team(*, name: str, timezone: str, by: User) -> Organization:
    """Rename the team in scope, or give it another zone. Its address keeps its first name.

    Schedules keep the zone that they were made in. Raises Forbidden and Invalid.
    """
    name = " ".join(name.split())
    if not name:
        raise Invalid("Give the team a name, such as your agency's.", field="name")
    if not is_zone(timezone):
        raise Invalid(f"{timezone} is not a time zone we know. Choose one.", field="timezone")
    with org_atomic():
        manager_of_people(by)
        row = Organization.objects.select_for_update(no_key=True).get()
        wanted = {"name": name, "timezone": timezone}
        before = {
            field: getattr(row, field) for field in wanted if getattr(row, field) != wanted[field]
        }
        if before:
            row.name, row.timezone = name, timezone
            row.save(update_fields=[*wanted, "updated_at"])
            after = {field: wanted[field] for field in before}
            record(action="organization.changed", target=row, by=by, before=before, after=after)
    return row
