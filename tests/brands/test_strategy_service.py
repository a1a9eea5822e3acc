from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from brands.models import StrategyPaper, StrategyVersion
from brands.services import strategy_work
from brands.services.strategy import (
    compare_versions,
    delete_paper,
    edit_paper,
    lines_for_writer,
    markdown_of,
    request_paper,
    restore_paper,
    restore_version,
    rework_paper,
    version_of,
)
from brands.services.strategy_work import due_papers, work_out_paper
from config.kernel.brands import brand_limit
from config.kernel.clock import now
from config.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from config.kernel.llm import double
from config.kernel.llm.errors import ModelUnavailable
from config.kernel.models import uuid7
from config.kernel.readers.base import Extracted
from config.kernel.readers.site import SitePage
from config.kernel.scoping import org_atomic, scope
from organizations.models import AuditRecord
from tests import make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_vectors(settings: Settings) -> None:
    settings.WARREN_EMBEDDINGS_PROVIDER = "lexical"


def asked(world: World, kind: str = "positioning", **inputs: Any) -> StrategyPaper:
    with org_atomic(world.id):
        return request_paper(brand=world.brand, kind=kind, inputs=inputs, by=world.editor)


def worked(world: World, paper: StrategyPaper) -> StrategyPaper:
    with scope(world.id):
        done = work_out_paper(paper_id=paper.pk)
    assert done is not None
    return done


def test_a_paper_waits_in_its_row_and_is_worked_out_once(world: World) -> None:
    paper = asked(world)
    assert [row.id for row in due_papers(moment=now()) if row.id == paper.pk] == [paper.pk]
    assert worked(world, paper).status == "ready"
    with scope(world.id):
        assert work_out_paper(paper_id=paper.pk) is None
    with org_atomic(world.id):
        version = version_of(StrategyPaper.objects.get(pk=paper.pk))
        assert version.number == 1
        assert version.model_used == "offline"
        assert "Harbour &amp; Pine" not in version.result["statement"]
        acts = set(AuditRecord.objects.filter(target_id=paper.pk).values_list("action", flat=True))
    assert acts == {"strategy.requested", "strategy.worked_out"}


def test_competitors_sites_are_read_by_address_and_named_without(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def pages(address: str, **_: Any) -> list[SitePage]:
        read.append(address)
        return [SitePage(address, Extracted("Oak", "Oak & Co builds carbon masts for racing."))]

    monkeypatch.setattr(strategy_work, "pages_of_site", pages)
    paper = asked(world, "competition", competitors=["Oak & Co https://oak.example", "Fir Ltd"])
    worked(world, paper)
    with org_atomic(world.id):
        rows = version_of(StrategyPaper.objects.get(pk=paper.pk)).result["competitors"]
    assert read == ["https://oak.example"]
    assert [row["name"] for row in rows][0] == "Oak & Co"
    assert "Fir Ltd" in [row["name"] for row in rows]


def test_an_edit_is_a_new_version_and_the_same_words_are_none(world: World) -> None:
    paper = worked(world, asked(world))
    with org_atomic(world.id):
        result = version_of(paper).result
        edit: dict[str, Any] = {"paper": paper, "title": paper.title, "by": world.editor}
        edit_paper(**edit, result={**result, "statement": "We build masts."}, seen=1)
        edit_paper(**edit, result={**result, "statement": "We build masts."}, seen=2)
        fresh = StrategyPaper.objects.get(pk=paper.pk)
        assert fresh.current_number == 2
        assert version_of(fresh).is_edited
        with pytest.raises(Conflict, match="version 2 while you wrote"):
            edit_paper(**edit, result=result, seen=1)
        with pytest.raises(Invalid, match="title"):
            edit_paper(paper=fresh, title=" ", by=world.editor, result=result, seen=2)
        changed = {each.label: each.is_changed for each in compare_versions(fresh, 1, 2)}
        assert changed["Positioning statement"]
        assert not changed["Tone"]
        assert restore_version(paper=fresh, number=1, by=world.editor).number == 3
        assert version_of(StrategyPaper.objects.get(pk=paper.pk)).result == result
        assert "## Positioning statement" in markdown_of(fresh)


def test_a_paper_is_worked_out_again_beside_what_was(world: World) -> None:
    paper = worked(world, asked(world, "kpis", objectives=["Sales"]))
    with org_atomic(world.id):
        again = rework_paper(paper=paper, inputs={"objectives": ["Reach"]}, by=world.editor)
        with pytest.raises(Conflict, match="being worked out"):
            rework_paper(paper=again, inputs={}, by=world.editor)
    worked(world, again)
    with org_atomic(world.id):
        assert StrategyVersion.objects.filter(paper=paper).count() == 2


def test_a_model_that_is_away_is_tried_again_and_at_last_told(world: World) -> None:
    paper = asked(world)
    with double.script({"strategist": lambda _: (_ for _ in ()).throw(ModelUnavailable("Busy."))}):
        first = worked(world, paper)
        assert first.status == "queued"
        assert first.due_at is not None and first.due_at > now()
        assert "tries again by itself" in first.error
        for _ in range(2):
            with org_atomic(world.id):
                StrategyPaper.objects.filter(pk=paper.pk).update(due_at=now() - timedelta(hours=1))
            last = worked(world, paper)
    assert last.status == "failed"
    assert isinstance(ModelUnavailable("x"), Unavailable)


def test_a_deleted_paper_comes_back(world: World) -> None:
    paper = asked(world)
    with org_atomic(world.id):
        delete_paper(paper=paper, by=world.editor)
        assert not StrategyPaper.objects.filter(pk=paper.pk).exists()
        restore_paper(paper=paper, by=world.editor)
        with pytest.raises(NotFound):
            version_of(StrategyPaper.objects.get(pk=paper.pk))


def test_the_writer_is_given_the_newest_statement_and_high_keywords(world: World) -> None:
    with org_atomic(world.id):
        assert lines_for_writer(world.brand) == []
        make.strategy_paper(world.brand, result={"statement": "We build masts."})
        rows = [
            {"keyword": "masts", "priority": "high"},
            {"keyword": "booms", "priority": "low"},
        ]
        make.strategy_paper(world.brand, kind="keywords", result={"keywords": rows})
        assert lines_for_writer(world.brand) == [
            "Positioning: We build masts.",
            "Keywords, where they fit: masts",
        ]


def test_a_kind_that_there_is_not_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="no such kind"):
        asked(world, "horoscope")


def test_a_member_of_another_brand_sees_no_paper(world: World) -> None:
    paper = asked(world)
    with org_atomic(world.id), brand_limit(frozenset({uuid7()})):
        assert not StrategyPaper.objects.filter(pk=paper.pk).exists()
        assert not StrategyPaper.with_deleted.filter(pk=paper.pk).exists()
