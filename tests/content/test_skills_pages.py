from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from brands.models import BrandAccess
from config.kernel.scoping import org_atomic
from content.models import Skill, SkillSharingConsent, SkillVersion
from content.services.revisions import record_revision
from content.services.skill_rows import create_skill
from content.skills.starters import STARTERS
from content.skills.structure import Structure
from organizations.models import AuditRecord, Membership
from tests import make
from tests.world import World, brand_fields

pytestmark = pytest.mark.django_db

FIELDS = {**Structure(hook="number", body="list").as_json(), "notes": "For prices"}


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


def skill(world: World, structure: Structure = Structure(), **fields: Any) -> Skill:  # noqa: B008
    with org_atomic(world.id):
        row: Skill = create_skill(structure=structure).skill
        Skill.objects.filter(pk=row.pk).update(**fields)
        return Skill.objects.get(pk=row.pk)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_an_empty_library_offers_the_built_in_skills(world: World, page: Client) -> None:
    assert "No skills yet" in text_of(page, f"{world.path}/skills/")
    answer = page.post(f"{world.path}/skills/starters/", follow=True).content.decode()
    assert answer.count("Testing") >= len(STARTERS)


def test_the_library_tells_approval_as_a_range_with_its_counts(world: World, page: Client) -> None:
    skill(
        world,
        status="active",
        uses_count=40,
        decided_count=20,
        approved_count=15,
        approval_rate=0.75,
        defect_rate=0.05,
        cost_micros_mean=4_200,
    )
    listed = text_of(page, f"{world.path}/skills/")
    for words in ("Proven", "15 of 20", "5.0 %", "$0.0042", "Statement, running text, question"):
        assert words in listed
    assert "nobody said yet" not in listed


def test_the_library_is_filtered_by_tier_and_platform(world: World, page: Client) -> None:
    skill(world, Structure(hook="quote"), status="champion")
    skill(world, Structure(hook="story"), status="retired")
    assert "Quotation" in text_of(page, f"{world.path}/skills/?status=champion")
    assert "Scene" not in text_of(page, f"{world.path}/skills/")
    assert "Scene" in text_of(page, f"{world.path}/skills/?status=retired")
    assert "Nothing matches" in text_of(page, f"{world.path}/skills/?status=failing")
    assert "Quotation" in text_of(page, f"{world.path}/skills/?platform=bluesky")


def test_the_library_asks_the_database_no_more_for_more_skills(
    world: World, page: Client, django_assert_max_num_queries: Any
) -> None:
    for structure in STARTERS:
        skill(world, structure)
    with django_assert_max_num_queries(16):
        text_of(page, f"{world.path}/skills/")


def test_a_skill_is_added_changed_and_set_back(world: World, page: Client) -> None:
    added = page.post(f"{world.path}/skills/new/", {**FIELDS, "platform": "feed"}, follow=True)
    assert "Number, list, question · medium" in added.content.decode()
    with org_atomic(world.id):
        row = Skill.objects.get()
    url = f"{world.path}/skills/{row.pk}/"
    assert "Save as a new version" in text_of(page, f"{url}edit/")
    changed = page.post(f"{url}edit/", {**FIELDS, "hook": "question"}, follow=True)
    assert "Opening: question instead of number" in changed.content.decode()
    with org_atomic(world.id):
        versions = list(SkillVersion.objects.order_by("number"))
        assert [version.is_active for version in versions] == [False, True]
        assert Skill.objects.get().name.startswith("Question")
    page.post(f"{url}versions/{versions[0].pk}/activation/")
    with org_atomic(world.id):
        assert SkillVersion.objects.get(is_active=True).number == 1
        assert Skill.objects.get().name.startswith("Number")
        assert AuditRecord.objects.filter(action="skill.changed").count() == 2


def test_errors_are_told_and_keep_what_was_chosen(world: World, page: Client) -> None:
    url = f"{world.path}/skills/new/"
    answer = page.post(url, {**FIELDS, "hook": "secret word"})
    assert answer.status_code == 422
    assert page.post(url, FIELDS).status_code == 302
    again = page.post(url, FIELDS)
    assert again.status_code == 422
    assert "is built like this already" in again.content.decode()
    assert "For prices" in again.content.decode()
    with org_atomic(world.id):
        row = Skill.objects.get()
    same = page.post(f"{world.path}/skills/{row.pk}/edit/", FIELDS)
    assert same.status_code == 422
    assert "Nothing differs" in same.content.decode()


def test_a_skill_is_retired_and_brought_back(world: World, page: Client) -> None:
    row = skill(world, status="champion")
    url = f"{world.path}/skills/{row.pk}/"
    assert "Retired by hand" in page.post(f"{url}retirement/", follow=True).content.decode()
    assert "is back, in testing" in page.post(f"{url}restoration/", follow=True).content.decode()
    with org_atomic(world.id):
        assert Skill.objects.get().status == "testing"


def test_a_skills_page_tells_what_people_said_and_where_it_was_used(
    world: World, page: Client
) -> None:
    row = skill(world)
    with org_atomic(world.id):
        version = row.versions.get()
        request = make.generation(world.brand, make.material(world.brand))
        text = make.candidate(request, skill_version=version, text="Twelve days for a mast.")
        record_revision(candidate=text, kind="rejected", notes="Price is wrong", by=world.editor)
    shown = text_of(page, f"{world.path}/skills/{row.pk}/")
    for words in ("Wrong price", "something was wrong, 80 % sure", "Twelve days for a mast."):
        assert words in shown
    assert 'aria-label="Opening: statement; Middle: running text; End: question' in shown


def test_sharing_is_off_until_an_admin_allows_it(world: World, page: Client) -> None:
    url = f"{world.path}/skills/sharing/"
    assert "Nothing about your skills leaves your team" in text_of(page, f"{world.path}/skills/")
    assert page.post(url).status_code == 403
    page.force_login(world.admin)
    page.post(url)
    with org_atomic(world.id):
        given = SkillSharingConsent.objects.get()
        assert (given.given_by, given.withdrawn_at) == (world.admin, None)
    page.post(url)
    with org_atomic(world.id):
        assert SkillSharingConsent.objects.get().withdrawn_by == world.admin
        acts = AuditRecord.objects.filter(action__startswith="skill_sharing.")
        assert acts.count() == 2


def test_one_skill_is_kept_to_the_team(world: World, page: Client) -> None:
    row = skill(world)
    page.post(f"{world.path}/skills/{row.pk}/sharing/")
    with org_atomic(world.id):
        assert not Skill.objects.get().shares_structure


def test_viewers_read_and_write_nothing(world: World, client: Client) -> None:
    row = skill(world)
    client.force_login(world.viewer)
    shown = text_of(client, f"{world.path}/skills/{row.pk}/")
    assert "Retire skill" not in shown
    assert "Change the structure" not in shown
    assert client.post(f"{world.path}/skills/{row.pk}/retirement/").status_code == 403
    assert client.get(f"{world.path}/skills/new/").status_code == 403


def test_a_restricted_member_sees_no_skill_of_another_brand(world: World, client: Client) -> None:
    from brands.models import BrandProfile

    with org_atomic(world.id):
        other = BrandProfile.objects.create(**brand_fields("Other"))
        theirs = create_skill(structure=Structure(hook="quote"), brand_id=other.pk).skill
        ours = create_skill(structure=Structure(), brand_id=world.brand.pk).skill
        everyones = create_skill(structure=Structure(hook="story")).skill
        member = Membership.objects.get(user=world.editor)
        member.sees_all_brands = False
        member.save(update_fields=["sees_all_brands"])
        BrandAccess.objects.create(membership=member, brand=world.brand)
    client.force_login(world.editor)
    listed = text_of(client, f"{world.path}/skills/")
    assert "Quotation" not in listed
    assert "Scene" in listed
    assert client.get(f"{world.path}/skills/{theirs.pk}/").status_code == 404
    assert client.post(f"{world.path}/skills/{ours.pk}/retirement/").status_code == 302
    assert client.post(f"{world.path}/skills/{everyones.pk}/retirement/").status_code == 422
    with org_atomic(world.id):
        assert Skill.objects.get(pk=everyones.pk).status == "testing"
