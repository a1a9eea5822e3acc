"""The operator's list of promotions, with reasons, and every table of skills."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from analytics.models import SkillDay
from analytics.services.skill_sharing import share_skills
from content.models import (
    RevisionEvent,
    SharedSkill,
    SharingEvent,
    Skill,
    SkillSharingConsent,
    SkillVersion,
)
from organizations.models import User
from tests.analytics.crowd import crowd

pytestmark = pytest.mark.django_db(databases=["default", "operator"])

TABLES = [
    *(Skill, SkillVersion, SharedSkill, SharingEvent, SkillSharingConsent),
    *(RevisionEvent, SkillDay),
]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(
        User.objects.create_superuser(email="operator@example.com", password="a long passphrase 9")
    )
    return client


@pytest.mark.parametrize("model", TABLES, ids=lambda each: each.__name__)
def test_every_table_is_listed_searched_and_opened(desk: Client, model: Any) -> None:
    assert model in admin.site._registry
    crowd(5)
    share_skills()
    url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert desk.get(f"{url}?q=crowd").status_code == 200
    row = model._base_manager.using("operator").first()
    if row is not None:
        assert desk.get(f"{url}{row.pk}/change/").status_code == 200


def test_promotions_are_listed_with_their_reasons_and_nothing_below_five(desk: Client) -> None:
    crowd(5, uses=19)
    listed = desk.get("/admin/analytics/skillday/promotion/").content.decode()
    assert "Not yet: 95 of 100 uses" in listed
    crowd(1, prefix="sixth", uses=60)
    assert (
        "In the coming night" in desk.get("/admin/analytics/skillday/promotion/").content.decode()
    )
    share_skills()
    shared = desk.get("/admin/analytics/skillday/promotion/").content.decode()
    assert "Opens with a contrast" in shared


def test_what_is_hidden_is_a_number(desk: Client) -> None:
    crowd(4, uses=40)
    listed = desk.get("/admin/analytics/skillday/promotion/").content.decode()
    assert "1 more is used often enough" in listed
    assert "No structure is used by 5 organizations" in listed


def test_members_of_teams_do_not_see_it(client: Client) -> None:
    assert client.get("/admin/analytics/skillday/promotion/").status_code == 302
