"""Put a seeded installation into the database, and take it out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connections, models, transaction

from config.kernel.errors import Conflict
from config.kernel.models import OrgOwned
from organizations.models import Membership, Organization, User
from publishing.models import FeedHandle

from .embeddings import Vectors
from .ground import lay
from .history import History
from .plan import DOMAIN, MARK, Plan
from .sheets import ALIAS
from .waiting import Waiting

Step = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Seeded:
    organizations: int
    rows: int
    embeddings: int
    email: str
    """Of the owner of the first organization."""


def seed(plan: Plan, *, password: str, step: Step, vector_step: Step) -> Seeded:
    """Write the plan's organizations, one transaction each, then its vectors.

    Runs as the operator, because COPY is refused under row-level security. `step` hears of each
    organization, `vector_step` of each batch of vectors. Raises Conflict when this random seed was
    used here before.
    """
    _refuse_twice(plan)
    password_hash = make_password(password)
    rows = 0
    for number in range(plan.organizations):
        rows += _organization(plan, number, password_hash)
        step(1)
    if plan.embeddings:
        Vectors(plan, [str(each) for each in _seeded(plan.random_seed)]).write(vector_step)
    _analyze()
    first = f"owner@seeded-{plan.random_seed}-0.{DOMAIN}"
    return Seeded(plan.organizations, rows, plan.embeddings, first)


def remove(*, step: Step) -> int:
    """Take out every organization that was seeded here, with all that it has; returns how many."""
    found = _seeded()
    for organization in found:
        _remove(organization)
        step(1)
    return len(found)


def seeded_count() -> int:
    return len(_seeded())


def _organization(plan: Plan, number: int, password_hash: str) -> int:
    ground, sheets = lay(plan, number, password_hash=password_hash)
    with transaction.atomic(using=ALIAS):
        written = sum(sheet.write() for sheet in sheets)
        written += sum(sheet.write() for sheet in History(ground).tell())
        written += sum(sheet.write() for sheet in Waiting(ground).tell())
        _balance(ground.id)
    return written


def _balance(organization: str) -> None:
    """What is used is what the ledger's lines say, as everywhere."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "UPDATE billing_subscription SET credits_used = credits_total - (SELECT sum(amount) "
            "FROM billing_credittransaction WHERE organization_id = %s) WHERE organization_id = %s",
            [organization, organization],
        )


def _seeded(random_seed: int | None = None) -> list[Any]:
    rows = Organization.with_deleted.using(ALIAS).filter(settings__has_key=MARK)
    if random_seed is not None:
        rows = rows.filter(**{f"settings__{MARK}": random_seed})
    return list(rows.order_by("id").values_list("pk", flat=True))


def _refuse_twice(plan: Plan) -> None:
    if _seeded(plan.random_seed):
        raise Conflict(
            f"The random seed {plan.random_seed} was used here before. Give another one "
            "(--random-seed), or take out what was seeded (--remove)."
        )


def _remove(organization: Any) -> None:
    with transaction.atomic(using=ALIAS):
        people = User.with_deleted.using(ALIAS).filter(
            email__endswith=f".{DOMAIN}",
            pk__in=Membership.objects.using(ALIAS)
            .filter(organization_id=organization)
            .values("user_id"),
        )
        ids = list(people.values_list("pk", flat=True))
        with connections[ALIAS].cursor() as cursor:
            # Links are checked at the commit, so the order of the tables does not matter.
            for model in _tables():
                cursor.execute(
                    f"DELETE FROM {model._meta.db_table} WHERE organization_id = %s",  # noqa: S608
                    [organization],
                )
        User.with_deleted.using(ALIAS).filter(pk__in=ids).delete()
        Organization.with_deleted.using(ALIAS).filter(pk=organization).delete()


def _tables() -> list[type[models.Model]]:
    owned = [model for model in apps.get_models() if issubclass(model, OrgOwned)]
    return [*owned, FeedHandle]


def _analyze() -> None:
    """Fresh tables look empty to the planner until somebody counts them; only the owner may."""
    owner = connections["owner"]
    with owner.get_new_connection(owner.get_connection_params()) as connection:
        connection.execute("ANALYZE")
