from __future__ import annotations

from django.utils.text import slugify

from config.kernel.clock import is_zone, now
from config.kernel.errors import Invalid
from config.kernel.hooks import Registry
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic
from organizations.models import Membership, Organization, Role, User

from .audit import record

# What higher apps set up with a new organization (billing: the trial), inside its transaction.
on_founding: Registry[object] = Registry("on founding an organization", callable)


def found_organization(*, name: str, owner: User, timezone: str = "UTC") -> Organization:
    """Create an organization with its owner, and whatever the higher apps start it with.

    Raises Invalid when the name is empty or the time zone is unknown.
    """
    name = name.strip()
    if not name:
        raise Invalid("Give the organization a name, such as your agency's.", field="name")
    if not is_zone(timezone):
        raise Invalid(f"{timezone} is not a time zone we know. Choose one.", field="timezone")
    organization = Organization(id=uuid7(), name=name, slug=_free_slug(name), timezone=timezone)
    with org_atomic(organization.id):
        organization.save(force_insert=True)
        Membership.objects.create(user=owner, role=Role.OWNER, joined_at=now())
        for start in on_founding.values():
            start(organization)  # type: ignore[operator]
        record(action="organization.founded", target=organization, by=owner)
    return organization


def _free_slug(name: str) -> str:
    # Slugs are unique over all organizations, and row-level security hides the others': a random
    # ending makes a clash as good as impossible without asking.
    stem = slugify(name)[:48] or "team"
    return f"{stem}-{uuid7().hex[-6:]}"
