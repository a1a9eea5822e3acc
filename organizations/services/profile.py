from __future__ import annotations

from config.kernel.scoping import org_atomic
from organizations.models import User

from .audit import record


def update_profile(*, user: User, name: str, interface_mode: str) -> User:
    """Change what a person says of themselves and how much pages show them, in every team.

    The record stands in the team whose page they were on, and holds no name.
    """
    wanted = {"name": name.strip(), "interface_mode": interface_mode}
    with org_atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        changed = [field for field, value in wanted.items() if getattr(row, field) != value]
        if changed:
            before = {"interface_mode": row.interface_mode}
            for field in changed:
                setattr(row, field, wanted[field])
            row.save(update_fields=[*changed, "updated_at"])
            record(
                action="profile.changed",
                target=row,
                by=row,
                before=before if "interface_mode" in changed else {},
                after={"interface_mode": interface_mode} if "interface_mode" in changed else {},
                data={"fields": changed},
            )
    return row
