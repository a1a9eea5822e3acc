"""Papers of strategy in every state, templates, and how posts are made; with long words."""

from __future__ import annotations

from typing import Any

from brands.models import StrategyStatus
from brands.services.strategy import edit_paper
from brands.strategy.known import Known
from brands.strategy.layout import LAYOUTS, result_of
from brands.strategy.offline import work_out
from config.kernel.scoping import org_atomic
from content.services.templates import archive_template, ensure_starters
from tests import make
from tests.world import World

KNOWN = Known(
    brand="Harbour & Pine",
    business_type="Boat yard for wooden boats",
    location="Kiel",
    audience="People who fit out small boats",
    selling_points=("Masts planed by hand in twelve days", "Seven coats of varnish"),
    tone=("friendly", "confident"),
    pillars=("Craft", "Offers"),
    asked={
        "query": "wooden masts",
        "objectives": ["More enquiries", "Better known in Kiel"],
        "competitors": ["Oak & Co", "Donaudampfschifffahrtsgesellschaftskapitän Ltd"],
    },
)


def strategy(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        for kind in LAYOUTS:
            paper = make.strategy_paper(
                world.brand, kind=kind, result=result_of(kind, work_out(kind, KNOWN))
            )
        for status in (StrategyStatus.QUEUED, StrategyStatus.FAILED):
            make.strategy_paper(
                world.brand,
                title=f"Positioning, {status}",
                status=status,
                error="The model did not answer three times." if status == "failed" else "",
            )
        make.strategy_paper(world.brand, kind="funnel", title="An old funnel").soft_delete()
        row = paper.versions.get(number=1).result["keywords"][0]
        edit_paper(
            paper=paper,
            result={"keywords": [{**row, "idea": "A tour of the workshop on film"}]},
            seen=1,
            title=paper.title,
            by=world.editor,
        )
        ensure_starters()
        template = make.template(world.brand, hashtags=["fair", "wood"], use_count=3)
        archive_template(template=make.template(name="Last year's fair"), by=world.editor)
        tags = make.hashtag_set(world.brand, use_count=12)
        configuration = make.configuration(world.brand, hashtag_set=tags, is_default=True)
    return {
        "paper": paper.pk,
        "strategy": "competition",
        "edition": 1,
        "template": template.pk,
        "configuration": configuration.pk,
        "tags": tags.pk,
    }
