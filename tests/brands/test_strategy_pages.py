from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from brands.models import StrategyPaper
from brands.services.strategy import version_of
from brands.strategy.layout import LAYOUTS
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db

ROWS = [{"keyword": "masts", "intent": "commercial", "cluster": "Wood", "priority": "high"}]


@pytest.fixture
def page(world: World, client: Client) -> Client:
    client.force_login(world.editor)
    return client


@pytest.fixture
def paper(world: World) -> StrategyPaper:
    with org_atomic(world.id):
        return make.strategy_paper(world.brand, kind="keywords", result={"keywords": ROWS})


def of(world: World, paper: StrategyPaper, tail: str = "") -> str:
    return f"{world.path}/strategies/{paper.pk}/{tail}"


def result(world: World, paper: StrategyPaper) -> dict[str, Any]:
    with org_atomic(world.id):
        return dict(version_of(StrategyPaper.objects.get(pk=paper.pk)).result)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_each_kind_asks_for_what_it_needs_and_knows_the_brand(
    world: World, page: Client, kind: str
) -> None:
    address = f"{world.path}/brands/{world.brand.pk}/strategies/{kind}/new/"
    shown = page.get(address).content.decode()
    assert LAYOUTS[kind].label in shown
    typed = {"competitors": "Oak", "objectives": "Sales", "query": "masts"}
    answer = page.post(address, typed)
    assert answer.status_code == 302
    assert page.get(answer["Location"]).status_code == 200
    with org_atomic(world.id):
        assert StrategyPaper.objects.get(kind=kind).status == "queued"


def test_what_is_needed_is_asked_for_again(world: World, page: Client) -> None:
    address = f"{world.path}/brands/{world.brand.pk}/strategies/keywords/new/"
    assert page.post(address, {"place": "Kiel"}).status_code == 422


def test_a_paper_is_shown_edited_compared_and_taken_back(
    world: World, page: Client, paper: StrategyPaper
) -> None:
    assert "masts" in page.get(of(world, paper)).content.decode()
    typed = {
        "title": "Words for 2027",
        "seen": "1",
        "keywords-0-keyword": "wooden masts",
        "keywords-0-intent": "commercial",
        "keywords-0-cluster": "Wood",
        "keywords-0-priority": "high",
        "keywords-0-idea": "A tour",
        "keywords-1-keyword": "booms",
        "keywords-1-intent": "informational",
        "keywords-1-priority": "low",
        "keywords-2-intent": "informational",
        "keywords-2-priority": "high",
    }
    assert page.get(of(world, paper, "edit/")).status_code == 200
    assert page.post(of(world, paper, "edit/"), typed).status_code == 302
    saved = result(world, paper)["keywords"]
    assert [row["keyword"] for row in saved] == ["wooden masts", "booms"]
    assert saved[0]["volume"] == "not known"
    compared = page.get(of(world, paper, "editions/1/")).content.decode()
    assert "<ins" in compared
    again = page.post(of(world, paper, "edit/"), typed)
    assert again.status_code == 422
    assert "version 2 while you wrote" in again.content.decode()
    page.post(of(world, paper, "editions/1/restoration/"))
    assert [row["keyword"] for row in result(world, paper)["keywords"]] == ["masts"]


def test_a_paper_is_taken_along_as_markdown(
    world: World, page: Client, paper: StrategyPaper
) -> None:
    answer = page.get(of(world, paper, "export/"))
    assert answer["Content-Type"].startswith("text/markdown")
    assert "attachment" in answer["Content-Disposition"]
    assert "| Keyword |" in answer.content.decode()


def test_a_paper_is_deleted_and_restored_from_the_list(
    world: World, page: Client, paper: StrategyPaper
) -> None:
    answer = page.post(of(world, paper, "deletion/"), follow=True)
    assert "Restore" in answer.content.decode()
    assert page.get(of(world, paper)).status_code == 404
    page.post(of(world, paper, "restoration/"))
    assert page.get(of(world, paper)).status_code == 200


def test_a_paper_is_asked_for_again_with_what_was_said(
    world: World, page: Client, paper: StrategyPaper
) -> None:
    answer = page.post(of(world, paper, "rework/"), {"query": "booms"})
    assert answer.status_code == 302
    assert "Working it out" in page.get(of(world, paper)).content.decode()


def test_viewers_read_and_do_not_write(world: World, client: Client, paper: StrategyPaper) -> None:
    client.force_login(world.viewer)
    assert client.get(of(world, paper)).status_code == 200
    assert client.get(of(world, paper, "edit/")).status_code == 403
    assert client.post(of(world, paper, "deletion/")).status_code == 403


def test_a_foreign_brand_has_no_papers_here(world: World, page: Client) -> None:
    address = f"{world.path}/brands/{world.foreign_brand.pk}/strategies/"
    assert page.get(address).status_code == 404
