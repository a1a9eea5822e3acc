"""A database that does not isolate is not served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from config.kernel import catalogue


@pytest.mark.django_db
def test_the_migrated_database_has_no_gap() -> None:
    assert catalogue.gaps() == []
    catalogue.refuse_gaps()


@contextmanager
def as_owner(*statements: str) -> Iterator[None]:
    """Damage the schema, and look at it with the same eyes before it is undone."""
    owner = connections["owner"]
    default, connections["default"] = connections["default"], owner
    try:
        with owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
    finally:
        connections["default"] = default


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "ALTER TABLE content_material NO FORCE ROW LEVEL SECURITY",
            "content_material has no forced row-level security",
        ),
        (
            "ALTER TABLE content_material DISABLE ROW LEVEL SECURITY",
            "content_material has no forced row-level security",
        ),
        ("DROP POLICY tenant ON brands_brandprofile", "brands_brandprofile has 0 policies"),
        (
            "CREATE POLICY more ON brands_brandprofile USING (true)",
            "brands_brandprofile has 2 policies",
        ),
        ("DROP TABLE content_guardresult CASCADE", "content_guardresult is not there"),
        (
            "ALTER TABLE content_material DROP CONSTRAINT content_material_brand_id_org",
            "content_material.brand_id is not held inside one organization",
        ),
    ],
)
def test_each_gap_is_named_and_nothing_starts(statement: str, says: str) -> None:
    with as_owner(statement):
        found = catalogue.gaps()
        with pytest.raises(ImproperlyConfigured, match="does not keep organizations apart"):
            catalogue.refuse_gaps()
    # The owner is not what the application logs in as: that is a gap of its own here.
    assert [gap for gap in found if says in gap]
    assert [gap for gap in found if "owns tables" in gap]


@pytest.mark.django_db
def test_a_server_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LEAST_MINOR", {99: 1})
    assert [gap for gap in catalogue.gaps() if "Use at least 99.1" in gap]
