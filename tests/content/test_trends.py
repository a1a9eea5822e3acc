"""Topics for a brand: scored in four parts, never what divides people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.kernel.clock import now
from config.kernel.errors import Conflict
from config.kernel.scoping import org_atomic
from content.models import FeedItem, Material, MaterialFeed
from content.services.trends import (
    dismiss_trend,
    generation_action,
    judged_item,
    offered_trends,
    restore_trend,
    take_best_trend,
    take_trend,
    trend_of,
)
from content.trends.scoring import Interests, excluded_topic, relevance_of
from content.trends.sensitive import why_sensitive
from organizations.models import AuditRecord
from tests import make
from tests.world import World

BOATS = Interests(
    industries=["boat building"],
    audience="Owners of classic sailing boats",
    fit=["masts", "varnish", "wood", "craft"],
)
TOPIC = (
    "Boat building is back. Owners of classic boats have their masts made of wood again, and "
    "varnish is a craft that apprentices want to learn."
)


def test_a_topic_is_scored_in_four_parts() -> None:
    moment = now()
    found = relevance_of(TOPIC, BOATS, said_at=moment, moment=moment)
    assert (found.industry, found.audience, found.brand_fit, found.timeliness) == (30, 25, 25, 20)
    assert found.total == 100
    assert "masts" in found.matches["brand_fit"]


def test_a_topic_of_another_field_gets_its_date_alone() -> None:
    moment = now()
    text = "The new season of the cooking show begins with a cake of eleven storeys."
    found = relevance_of(text, BOATS, said_at=moment, moment=moment)
    assert (found.industry, found.audience, found.brand_fit) == (0, 0, 0)
    assert found.total == found.timeliness == 20


def test_timeliness_fades_over_a_week() -> None:
    moment = now()
    points = [
        relevance_of(
            TOPIC, BOATS, said_at=moment - timedelta(hours=hours), moment=moment
        ).timeliness
        for hours in (1, 24, 96, 168, 400)
    ]
    assert points == [20, 20, 10, 0, 0]
    assert relevance_of(TOPIC, BOATS, said_at=None, moment=moment).timeliness == 10


@pytest.mark.parametrize(
    "text",
    [
        "The parliament votes on the new boat tax before the election in autumn.",
        "Three people died when a ferry crashed into the old pier last night.",
        "Police arrest two men after the robbery at the marina on Sunday evening.",
        "The war at sea goes on and the army moves its ships to the north.",
        "Nach dem Hochwasser sind die Häfen an der Elbe für Wochen geschlossen.",
        "Die Regierung will die Steuer auf Boote nach der Wahlkampfpause erhöhen.",
        "Le gouvernement veut taxer les bateaux de plaisance dès le mois prochain.",
        "El gobierno quiere cobrar un impuesto por los barcos de vela este verano.",
        "A church in the harbour and a mosque share the same old boat house.",
        "Doctors warn of cancer from old varnish in the workshops of the coast.",
        "The anti-immigration party wants to close the harbour for all the boats.",
    ],
)
def test_what_divides_people_is_never_offered(text: str) -> None:
    assert "never offered" in why_sensitive(text)


@pytest.mark.parametrize(
    "text",
    [
        "The boat show in the old harbour opens with more than two hundred classic yachts.",
        "Das war die erste Regatta, und die Boote sind mit dem neuen Lack noch schneller.",
        "Le salon nautique ouvre ses portes et les visiteurs sont attendus dans le port.",
        "La feria náutica abre sus puertas y los visitantes pueden ver los barcos de madera.",
        "Waffles and tote bags are what visitors of the boat show take home with them.",
    ],
)
def test_what_divides_nobody_may_be_offered(text: str) -> None:
    assert why_sensitive(text) == ""


@pytest.mark.parametrize(
    ("text", "languages", "reason"),
    [
        ("Masts again", ["en"], "too little"),
        ("Masts are back in town", [], "language cannot be told"),
        ("В гавани открылась выставка деревянных лодок и мачт", ["ru"], "cannot be judged yet"),
        ("La fiera nautica apre le porte e gli artigiani sono tutti qui con le barche", [], "(it)"),
    ],
)
def test_what_cannot_be_judged_is_left_out(text: str, languages: list[str], reason: str) -> None:
    assert reason in why_sensitive(text, languages=languages)


def test_a_short_title_is_judged_in_the_language_of_its_feed() -> None:
    assert why_sensitive("Masts are back in town", languages=["en"]) == ""


def test_an_excluded_topic_is_found_by_its_words() -> None:
    assert excluded_topic("Motor boats are louder", ["motor boat"]) == "motor boat"
    assert excluded_topic("Sailing boats are quieter", ["motor boat", " "]) == ""


# -- with rows ----


@pytest.fixture
def brand(world: World) -> Any:
    with org_atomic(world.id):
        world.brand.trending_enabled = True
        world.brand.business_type = "Boat building"
        world.brand.target_audience = BOATS.audience
        world.brand.trending_filters = {
            "industries": ["boat building"],
            "exclude_topics": ["motor"],
            "min_relevance": 60,
            "require_approval": True,
        }
        world.brand.save()
        yield world.brand


@pytest.mark.django_db
def test_an_item_keeps_its_score_or_the_reason_why_not(brand: Any) -> None:
    feed = make.feed(brand, use=MaterialFeed.Use.TRENDS)
    good = FeedItem(feed=feed, title="Boat building is back", summary=TOPIC, said_at=now())
    judged_item(good, brand=brand, moment=now())
    assert (good.status, good.reason) == (FeedItem.Status.NEW, "")
    assert good.relevance is not None and good.relevance >= 60
    assert good.parts["industry"] == 30
    bad = FeedItem(feed=feed, title="Parliament votes", summary=TOPIC, said_at=now())
    judged_item(bad, brand=brand, moment=now())
    assert bad.status == FeedItem.Status.FILTERED and "politics" in bad.reason
    loud = FeedItem(feed=feed, title="The motor comes back", summary=TOPIC, said_at=now())
    assert "leaves out" in judged_item(loud, brand=brand, moment=now()).reason


@pytest.mark.django_db
def test_the_best_five_are_offered_and_only_while_the_brand_wants_them(brand: Any) -> None:
    feed = make.feed(brand, use=MaterialFeed.Use.TRENDS)
    for points in (95, 90, 85, 80, 75, 70, 59):
        make.trend(brand, feed, title=f"Topic {points}", relevance=points)
    make.trend(brand, feed, title="Motor boats", relevance=99)
    assert [item.relevance for item in offered_trends(brand)] == [95, 90, 85, 80, 75]
    later = now() + timedelta(days=8)
    assert offered_trends(brand, moment=later) == []
    brand.trending_enabled = False
    assert offered_trends(brand) == []


@pytest.mark.django_db
def test_a_taken_topic_is_material_that_is_billed_as_a_trend(world: World, brand: Any) -> None:
    brand.trending_priority = "high"
    brand.save()
    item = make.trend(brand)
    material = take_trend(item=item, by=world.editor)
    assert (material.kind, material.url) == (Material.Kind.URL, item.url)
    assert material.priority == 20
    item.refresh_from_db()
    assert (item.status, item.material_id) == (FeedItem.Status.TAKEN, material.pk)
    assert generation_action(material.pk) == "generate_trending"
    assert trend_of(material.pk) == item
    assert generation_action(make.material(brand).pk) == "generate"
    with pytest.raises(Conflict):
        take_trend(item=item, by=world.editor)


@pytest.mark.django_db
def test_a_dismissal_can_be_taken_back(world: World, brand: Any) -> None:
    item = make.trend(brand)
    dismiss_trend(item=item, by=world.editor)
    assert offered_trends(brand) == []
    with pytest.raises(Conflict):
        dismiss_trend(item=item, by=world.editor)
    restore_trend(item=item, by=world.editor)
    assert offered_trends(brand) == [item]
    actions = AuditRecord.objects.filter(target_id=item.pk).order_by("created_at")
    assert list(actions.values_list("action", flat=True)) == ["trend.dismissed", "trend.restored"]


@pytest.mark.django_db
def test_without_approval_the_best_one_becomes_material_by_itself_once_a_day(brand: Any) -> None:
    feed = make.feed(brand, use=MaterialFeed.Use.TRENDS)
    best = make.trend(brand, feed, title="Best", relevance=91)
    make.trend(brand, feed, title="Second", relevance=70)
    assert take_best_trend(brand=brand) is None
    brand.trending_filters = {**brand.trending_filters, "require_approval": False}
    material = take_best_trend(brand=brand)
    best.refresh_from_db()
    assert material is not None and best.material_id == material.pk
    assert best.reason.startswith("The best topic of its feeds, 91 of 100 where 60")
    assert take_best_trend(brand=brand) is None
    assert take_best_trend(brand=brand, moment=now() + timedelta(hours=25)) is not None
