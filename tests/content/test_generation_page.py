from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from brands.models import KnowledgeChunk
from config.kernel.scoping import org_atomic
from content.models import Candidate, Generation, GuardResult
from tests import make
from tests.world import World

pytestmark = [pytest.mark.django_db]

TEXT = "⛵ Masts get seven coats of varnish."


@pytest.fixture
def written(world: World) -> Generation:
    with org_atomic(world.id):
        source = make.material(world.brand)
        request = make.generation(world.brand, source, cost_micros=12_300)
        start = TEXT.index("seven coats")
        cited = {
            "span": [start, start + 11],
            "source_kind": "material",
            "source_id": str(source.pk),
            "source_label": source.name,
            "source_span": [0, 11],
            "quote": "gets seven coats of varnish",
        }
        near = {
            "score": 0.91,
            "excerpt": "Masts with seven coats",
            "brand_id": str(world.brand.pk),
            "created_at": "2026-06-01T10:00:00+00:00",
        }
        more: dict[str, Any] = {
            "voice_score": 0.86,
            "voice_reasons": ["Short sentences, as the brand writes them."],
            "neighbours": [near],
            "max_similarity": 0.91,
            "skill_reason": "Similar to one that did well.",
        }
        first = make.candidate(request, text=TEXT, citations=[cited], is_selected=True, **more)
        make.candidate(request, label="B", rank=None, is_valid=False, angle="promotional")
        make.candidate(request, label="C", rank=2, angle="educational")
        for guard, passed, severity in (
            ("links", True, "block"),
            ("words_to_avoid", False, "block"),
            ("numbers", False, "review"),
            ("language", False, "warn"),
        ):
            GuardResult.objects.create(
                candidate=first,
                guard=guard,
                version="1",
                passed=passed,
                severity=severity,
                reason="" if passed else f"The {guard} are wrong.",
            )
    return request


def test_three_texts_stand_with_all_that_speaks_for_them(
    client: Client, world: World, written: Generation
) -> None:
    client.force_login(world.viewer)
    shown = client.get(f"{world.path}/generations/{written.pk}/").content.decode()
    assert ">seven coats</a>" in shown and "gets seven coats of varnish" in shown
    assert f"/materials/{written.material_id}/" in shown
    assert "The words_to_avoid are wrong." in shown and "Needs a person" in shown
    assert "0.91" in shown and "Masts with seven coats" in shown
    assert "Short sentences, as the brand writes them." in shown
    assert "Similar to one that did well." in shown
    assert "$0.0123" in shown and "1 credit" in shown
    assert shown.count('class="card candidate"') == 3 and "Blocked" in shown


def test_the_material_and_the_approval_lead_to_the_texts(client: Client, world: World) -> None:
    with org_atomic(world.id):
        post = make.pending_post(world.brand, world.account)
    address = f"{world.path}/generations/{post.generation_id}/"
    client.force_login(world.viewer)
    for page in (f"approvals/{post.pk}/", f"materials/{post.material_id}/"):
        assert address in client.get(f"{world.path}/{page}").content.decode()
    assert f"/approvals/{post.pk}/" in client.get(address).content.decode()


def test_a_claim_leads_to_the_passage_in_its_place_and_a_text_to_its_skill(
    client: Client, world: World
) -> None:
    with org_atomic(world.id):
        source = make.knowledge_source(make.knowledge_bucket(world.brand))
        chunk = KnowledgeChunk.objects.get(document=make.knowledge_document(source))
        version = make.skill_version(world.brand)
        request = make.generation(world.brand, make.material(world.brand))
        cited = {
            "span": [0, 5],
            "source_kind": "passage",
            "source_id": str(chunk.pk),
            "source_label": "Handbook",
            "source_span": [0, 5],
            "quote": "Masts.",
        }
        make.candidate(request, text="Masts hold.", citations=[cited], skill_version=version)
    client.force_login(world.viewer)
    shown = client.get(f"{world.path}/generations/{request.pk}/").content.decode()
    place = f"/knowledge/documents/{chunk.document_id}/?passage={chunk.pk}#passage"
    assert place in shown
    assert f"/skills/{version.skill_id}/" in shown and version.skill.name in shown
    assert client.get(f"{world.path}{place}").status_code == 200


def test_texts_of_another_team_are_not_found(client: Client, world: World) -> None:
    with org_atomic(world.foreign.id):
        request = make.generation(world.foreign_brand, make.material(world.foreign_brand))
    client.force_login(world.owner)
    assert client.get(f"{world.path}/generations/{request.pk}/").status_code == 404


def test_a_page_of_nothing_says_why(client: Client, world: World) -> None:
    with org_atomic(world.id):
        request = make.generation(
            world.brand, make.material(world.brand), status="failed", failure="The model is away."
        )
        assert not Candidate.objects.filter(generation=request).exists()
    client.force_login(world.viewer)
    shown = client.get(f"{world.path}/generations/{request.pk}/").content.decode()
    assert "The model is away." in shown and "No text was kept" in shown
