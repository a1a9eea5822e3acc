"""Operators read the audit log in the admin, and the team sees that they did."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from config.kernel.scoping import org_atomic
from organizations.models import AuditRecord, User
from organizations.services.audit import record
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "operator"])


def test_an_operator_who_reads_a_record_is_written_down_in_the_teams_log(
    world: World, client: Client
) -> None:
    operator = User.objects.create_superuser(email="operator@example.com", password=None)
    client.force_login(operator)
    with org_atomic(world.id):
        row = record(action="brand.paused", target=world.brand, by=world.owner)
    page = reverse("admin:organizations_auditrecord_change", args=[row.pk])
    assert client.get(page).status_code == 200
    with org_atomic(world.id):
        seen = AuditRecord.objects.get(action="staff.read_audit")
        assert (seen.target_id, seen.actor, seen.category) == (row.pk, operator, "security")
    client.get(reverse("admin:organizations_auditrecord_change", args=[seen.pk]))
    with org_atomic(world.id):
        assert AuditRecord.objects.filter(action="staff.read_audit").count() == 1


def test_nobody_changes_a_record_in_the_admin(world: World, client: Client) -> None:
    client.force_login(User.objects.create_superuser(email="operator@example.com", password=None))
    with org_atomic(world.id):
        row = record(action="brand.paused", target=world.brand, by=world.owner)
    page = reverse("admin:organizations_auditrecord_change", args=[row.pk])
    assert client.post(page, {"action": "other"}).status_code == 403
