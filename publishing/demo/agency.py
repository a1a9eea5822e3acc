"""The demo agency on real rows: made once through the same services as everything else, and taken
away whole."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from billing.models import Plan
from billing.services.credits import credits_left, grant_credits
from billing.services.subscriptions import assign_plan
from brands.models import BrandProfile
from brands.services.brands import create_brand
from config.kernel.models import uuid7
from config.kernel.scoping import org_atomic, scope
from config.secret_files import made_secret
from content.models import Material, MaterialStatus
from content.services.material_analysis import analyse_material
from content.services.materials import add_text
from organizations.models import User
from organizations.selectors import belongings_of_user
from organizations.services.organizations import found_organization
from organizations.services.regions import media_root_for
from publishing.channels.base import ChannelError
from publishing.channels.feed import Feed
from publishing.models import BrandAccountLink, Schedule
from publishing.services.accounts import connect_account
from publishing.services.contracts import sign_standard, signed_contract
from publishing.services.schedules import ScheduleValues, create_schedule

from .brands import DEMO_BRANDS, DemoBrand

EMAIL = "demo@warren.local"
AGENCY = "Tidewater Studio"
PLAN = "business"
CREDITS_KEPT = 12
"""A run of the demo takes about five; below this it is given some more, and the ledger says so."""
CREDITS_GIVEN = 30
POSTS_A_DAY = 50
"""What the demo's policies allow, so that it can be run again and again."""

Progress = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class DemoClient:
    """One brand of the agency, as rows."""

    brand: BrandProfile
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class Agency:
    organization_id: UUID
    slug: str
    owner: User
    password: str
    clients: tuple[DemoClient, ...]
    is_new: bool


def load_agency(say: Progress) -> Agency:
    """The demo agency, made where something of it is missing; running it again changes nothing.

    Call it with no transaction open: materials are read and understood here.
    """
    password = made_secret(Path(settings.WARREN_VAR), "demo.password", _new_password)
    owner = _owner(password)
    belonging = next(iter(belongings_of_user(owner.pk)), None)
    if belonging is None:
        say("agency", f"Founding {AGENCY}, a small agency with {len(DEMO_BRANDS)} brands")
        found_organization(name=AGENCY, owner=owner, timezone="Europe/London")
        belonging = belongings_of_user(owner.pk)[0]
        _give_plan(belonging.id, owner)
        is_new = True
    else:
        say("agency", f"{AGENCY} is here from before and goes on")
        is_new = False
    with scope(belonging.id):
        clients = tuple(_client(each, owner, say) for each in DEMO_BRANDS)
        with org_atomic():
            _keep_in_credits(say)
    return Agency(belonging.id, belonging.slug, owner, password, clients, is_new)


def remove_agency() -> bool:
    """Take the demo agency away with everything it made. False when there is none.

    Done by the owner's role, because some tables let nobody else delete. Nothing of any other
    organization is touched: every statement names the demo's, and row-level security holds it.
    """
    owner = User.with_deleted.filter(email__iexact=EMAIL).first()
    if owner is None:
        return False
    for belonging in belongings_of_user(owner.pk):
        if belonging.name == AGENCY:
            media = media_root_for(belonging.id) / str(belonging.id)
            _erase(belonging.id)
            shutil.rmtree(media, ignore_errors=True)
    # What the person agreed to is kept from the application, as all that is only added to.
    owner.delete(using="owner")
    (Path(settings.WARREN_VAR) / "demo.password").unlink(missing_ok=True)
    return True


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(3))


def _owner(password: str) -> User:
    owner = User.objects.filter(email__iexact=EMAIL).first()
    if owner is None:
        return User.objects.create_user(EMAIL, password, name="Robin Tide")
    if not owner.check_password(password):
        owner.set_password(password)
        owner.save(update_fields=["password", "updated_at"])
    return owner


def _client(wanted: DemoBrand, owner: User, say: Progress) -> DemoClient:
    with org_atomic():
        brand = BrandProfile.objects.filter(name=wanted.name).first()
        if brand is None:
            say("brand", f"{wanted.name}: {wanted.profile['business_type']}")
            brand = create_brand(values=wanted.profile, by=owner)
    _connect_page(brand, wanted, owner, say)
    with org_atomic():
        schedule = Schedule.objects.filter(brand=brand).order_by("created_at").first()
        if schedule is None:
            values = ScheduleValues(platforms=[Feed.slug], **wanted.schedule)
            schedule = create_schedule(brand=brand, values=values, by=owner)
    _sign(brand, owner, say)
    _supply(brand, wanted, owner, say)
    return DemoClient(brand, schedule)


def _sign(brand: BrandProfile, owner: User, say: Progress) -> None:
    """The demo publishes without asking because its owner signed that it may."""
    with org_atomic():
        if signed_contract(brand.pk) is None:
            words = {"posts_per_day": POSTS_A_DAY}
            policy = sign_standard(brand=brand, by=owner, name=owner.name, **words)
            say("policy", f"{brand.name}: {policy}, signed by {policy.signed_name}")


def _connect_page(brand: BrandProfile, wanted: DemoBrand, owner: User, say: Progress) -> None:
    with org_atomic():
        if BrandAccountLink.objects.filter(brand=brand, platform=Feed.slug).exists():
            return
    values = {"name": brand.name, "handle": wanted.handle}
    try:
        account = connect_account(platform=Feed.slug, values=values, brand=brand, by=owner)
    except ChannelError:
        # Somebody on this installation has the address; the page takes the next free one.
        values["handle"] = ""
        account = connect_account(platform=Feed.slug, values=values, brand=brand, by=owner)
    say("channel", f"{brand.name}: hosted page at {account.profile_url}")


def _supply(brand: BrandProfile, wanted: DemoBrand, owner: User, say: Progress) -> None:
    with org_atomic():
        mine = Material.with_deleted.filter(brand=brand)
        known = set(mine.values_list("name", flat=True))
        added = [
            add_text(name=each.name, text=each.text, brand=brand, by=owner)
            for each in wanted.materials
            if each.name not in known
        ]
        half_read = mine.filter(status=MaterialStatus.UPLOADED, deleted_at=None)
        waiting = {row.pk: row for row in (*added, *half_read)}
    if waiting:
        say("materials", f"{brand.name}: reading {len(waiting)} texts")
    for pk in waiting:
        analyse_material(material_id=pk)


def _give_plan(organization_id: UUID, owner: User) -> None:
    """Several brands do not fit into the free plan."""
    with org_atomic(organization_id):
        assign_plan(plan=Plan.objects.get(slug=PLAN), by=owner, reason="The plan of the demo")


def _keep_in_credits(say: Progress) -> None:
    left = credits_left()
    if left >= CREDITS_KEPT:
        return
    grant_credits(
        amount=CREDITS_GIVEN,
        key=f"demo:{uuid7()}",
        description="Given by the demo, so that it can be run again",
    )
    say("credits", f"{left} credits were left; the demo adds {CREDITS_GIVEN}")


def _erase(organization_id: UUID) -> None:
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "organization_id" for field in model._meta.concrete_fields)
    ]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.org', %s, true)", [str(organization_id)])
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(
                f"DELETE FROM {table} WHERE organization_id = %s",  # noqa: S608
                [organization_id],
            )
        cursor.execute("DELETE FROM organizations_organization WHERE id = %s", [organization_id])
