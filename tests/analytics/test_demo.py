"""`manage.py demo`: one whole cycle on a small agency, twice, on one's own material, and away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from analytics.models import EngagementSnapshot
from billing.models import CreditTransaction
from brands.models import BrandProfile
from config.kernel.models import OrgOwned
from config.kernel.scoping import org_atomic, unscoped
from content.models import Material
from organizations.models import Organization, User
from organizations.selectors import belongings_of_user
from publishing.demo.agency import AGENCY, EMAIL
from publishing.models import (
    AutopilotRun,
    FeedHandle,
    PendingPost,
    Post,
    RunMode,
    RunStatus,
    SocialAccount,
)
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "operator"])


@pytest.fixture(autouse=True)
def quick(settings: Any, tmp_path: Path) -> None:
    settings.WARREN_VAR = tmp_path
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"
    settings.WARREN_DELIVERY_THREADS = 0


def demo(*arguments: str) -> None:
    call_command("demo", "--once", *arguments)


def agency_id() -> Any:
    (belonging,) = belongings_of_user(User.objects.get(email=EMAIL).pk)
    return belonging.id


def test_the_demo_publishes_for_each_brand_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    demo()
    said = capsys.readouterr().out
    with org_atomic(agency_id()):
        assert {post.brand.name for post in Post.objects.all()} == {"Kiln & Crumb", "Harrow Cycles"}
        assert EngagementSnapshot.objects.filter(age="15m").count() == 2
        turns = AutopilotRun.objects.filter(mode=RunMode.AUTOPILOT)
        assert turns.filter(status=RunStatus.DONE).count() == 2
        assert PendingPost.objects.waiting().count() == 1
        addresses = list(Post.objects.values_list("external_url", flat=True))
    for word in ("Choose", "Angle", "Write", "Approve", "Publish", "Measure", EMAIL, *addresses):
        assert word in said


def test_running_it_again_goes_on_with_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    demo()
    first = agency_id()
    demo()
    assert agency_id() == first
    with org_atomic(first):
        assert BrandProfile.objects.count() == 2
        used = Post.objects.values_list("material_id", flat=True)
        assert len(set(used)) == len(used) == 4


def test_ones_own_material_is_read_and_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.md"
    own.write_text(
        "# A second tap room\n\nLow Weald Brewing opens in Ashford on 5 December with 64 seats. "
        "Twelve taps pour our own beers and four belong to guests.\n\nOur bitter won silver at the "
        "county festival in July, where 1,900 pints of it were poured in three days.\n",
        encoding="utf-8",
    )
    demo("--material", str(own))
    with org_atomic(agency_id()):
        material = Material.objects.get(kind="file")
        post = Post.objects.get(material=material)
        assert post.brand.name == "Kiln & Crumb"


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match=r"/nowhere/at-all\.md cannot be read"):
        demo("--material", "/nowhere/at-all.md")


def test_without_anything_out_the_demo_fails(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    demo()
    with org_atomic(agency_id()):
        Post.objects.update(status="deleted")
        SocialAccount.objects.filter(handle="harrow-cycles").update(status="needs_reconnect")
    with pytest.raises(CommandError, match="Harrow Cycles, Hosted page: nothing is out"):
        demo()


def test_the_demo_goes_away_whole_and_takes_nobody_with_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    demo()
    gone = agency_id()
    call_command("demo", "--remove")
    assert not User.with_deleted.filter(email=EMAIL).exists()
    assert not FeedHandle.objects.filter(organization_id=gone).exists()
    with unscoped("the test looks for what was left behind"):
        assert not Organization.objects.filter(name=AGENCY).exists()
        for model in apps.get_models():
            if issubclass(model, OrgOwned):
                left = model._default_manager.using("operator").filter(organization_id=gone)
                assert not left.exists(), model
    with org_atomic(world.id):
        assert BrandProfile.objects.filter(pk=world.brand.pk).exists()
        assert CreditTransaction.objects.exists()
    call_command("demo", "--remove")
    assert "There is no demo agency" in capsys.readouterr().out
