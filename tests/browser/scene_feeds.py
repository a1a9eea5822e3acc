"""Feeds in every state, topics on offer and left out, and a material whose facts stand in posts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from content.models import FeedItem, Material, MaterialFeed
from content.services.facts import facts_of
from tests import make
from tests.world import World

LONG_TITLE = (
    "Bootsbauerinnungsverbandsnachrichten: what the guild of boat builders on the Baltic has to "
    "say about seasoned timber, old tools and new apprentices this winter"
)
STORY = """The workshop rebuilds wooden masts in twelve days. Every mast is planed by hand from \
Douglas fir and gets seven coats of varnish.

Last spring 34 boats went back to sea with one, and 92 % of their owners came back. "I have sailed \
with it for 600 miles and nothing has come loose," says Mira Lang of Harbour Boats.

A mast of 9 metres costs €4,800 until 31 March 2027. Bring your old mast and we measure it while \
you wait. Read more at https://harbour.example/masts."""


def feeds(world: World) -> dict[str, Any]:
    """Ids for addresses: `feed` and `item`, and the material with marked facts."""
    with org_atomic(world.id):
        world.brand.trending_enabled = True
        world.brand.save(update_fields=["trending_enabled"])
        topics = _feeds(world)
        item = _topics(world, topics)
        read = _material(world)
    return {"feed": topics.pk, "item": item.pk, "marked": read.pk}


def _feeds(world: World) -> MaterialFeed:
    moment = now()
    topics = make.feed(world.brand, title=LONG_TITLE, use=MaterialFeed.Use.TRENDS, polled_at=moment)
    make.feed(
        world.brand,
        url="https://harbour.example/feed",
        title="Our own news",
        polled_at=moment - timedelta(minutes=14),
        due_at=moment + timedelta(minutes=46),
    )
    make.feed(
        world.brand,
        url="https://slow.example/feed",
        title="A site with a fault",
        error="The site has a fault at the moment (status 503).",
        consecutive_errors=3,
        due_at=moment + timedelta(hours=4),
    )
    make.feed(
        world.brand,
        url="https://gone.example/feed",
        title="Given up",
        error="The feed was given up by its site.",
        consecutive_errors=10,
        is_active=False,
    )
    make.feed(world.brand, url="https://quiet.example/feed", title="Paused", is_active=False)
    make.feed(world.brand, url="https://old.example/feed", title="Deleted", deleted_at=moment)
    return topics


def _topics(world: World, source: MaterialFeed) -> FeedItem:
    item = make.trend(world.brand, source)
    make.trend(world.brand, source, title=f"{LONG_TITLE}, part two", relevance=71, url="")
    make.trend(
        world.brand,
        source,
        title="Parliament votes on harbour fees",
        status=FeedItem.Status.FILTERED,
        reason="It touches politics (“parliament”), and such topics are never offered.",
    )
    make.trend(world.brand, source, title="A cake of masts", status=FeedItem.Status.DISMISSED)
    return item


def _material(world: World) -> Material:
    points = ["Every mast is planed by hand from Douglas fir and gets seven coats of varnish."]
    facts = facts_of(STORY, key_points=points)
    row = make.material(
        world.brand,
        name="Masts, with their facts",
        text=STORY,
        facts=[fact.as_json() for fact in facts],
        key_points=points,
    )
    boats = next(fact for fact in facts if fact.text.startswith("34"))
    cited = {
        "span": [0, 8],
        "source_kind": "material",
        "source_id": str(row.pk),
        "source_label": row.name,
        "source_span": [boats.start, boats.end],
        "quote": boats.text,
    }
    text = "34 boats went back to sea with one of our masts last spring."
    chosen = make.candidate(make.generation(world.brand, row), text=text, citations=[cited])
    pending = make.pending_post(
        world.brand, world.account, source=row, candidate=chosen, status="published"
    )
    make.post(
        world.brand,
        world.account,
        pending_post=pending,
        material=row,
        content=text,
        likes=31,
        comments=4,
        clicks=412,
        impressions=15_300,
        engagement_rate=0.0312,
        metrics_updated_at=now(),
    )
    return row
