"""What is due by hand: a reminder, no call, never a second one, and a person who says it is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from config.kernel.clock import now
from organizations.models import Notification
from publishing.channels.base import AccountFacts, ChannelError, Draft, HandsOver, Media
from publishing.channels.by_hand import ByHand, pack_of
from publishing.delivery.unknown import settle_unknown
from publishing.models import Delivery, DeliveryState, Post, SocialAccount
from tests.world import World

from .deliveries import account_on, again, deliver, due_delivery

CHANNEL = ByHand()
SETTINGS = {"network": "Xing", "profile": "https://www.xing.com/pages/harbour", "who": "Ada"}


def due(world: World) -> Delivery:
    account = account_on(world.brand, CHANNEL.slug, "")
    SocialAccount.objects.filter(pk=account.pk).update(settings=SETTINGS)
    account.refresh_from_db()
    delivery = due_delivery(world.brand, account)
    deliver(delivery)
    return again(delivery)


def payload(text: str = "Masts & more", **settings: str) -> dict[str, Any]:
    facts = AccountFacts("b5e3", settings={**SETTINGS, **settings})
    draft = Draft(text, title="Masts", link="https://harbour.example/?a=1&b=2")
    return CHANNEL.freeze(draft, facts, occurrence_key="one", now=now())


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_ledger")
def test_a_post_that_is_due_waits_for_its_person_and_tells_once(world: World) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        delivery = due(world)
        assert delivery.state == DeliveryState.ACCEPTED
        assert delivery.error_message == "Waiting for Ada to post it by hand on Xing."
        for _ in range(3):
            assert delivery.due_at is not None
            clock.move_to(delivery.due_at + timedelta(seconds=1))
            deliver(delivery)
            assert again(delivery).state == DeliveryState.ACCEPTED
    (notice,) = Notification.objects.filter(user=world.owner)
    assert notice.title.endswith("is due: please post it by hand")
    assert notice.path.startswith("deliveries/")


@pytest.mark.django_db
@pytest.mark.usefixtures("in_the_ledger")
def test_marking_it_as_posted_publishes_it_at_its_address(world: World) -> None:
    delivery = due(world)
    url = "https://www.xing.com/pages/harbour/posts/7"
    settle_unknown(delivery=delivery, decision="is_out", by=world.editor, url=url)
    assert again(delivery).state == DeliveryState.PUBLISHED
    assert Post.objects.get(delivery=delivery).external_url == url
    assert deliver(delivery) == 0


@pytest.mark.parametrize(
    ("network", "profile", "opens", "takes_text"),
    [
        ("X", "", "https://x.com/intent/post?text=Masts%20%26%20more", True),
        ("twitter", "", "https://x.com/intent/post?text=Masts%20%26%20more", True),
        ("Our page", "https://www.linkedin.com/company/1", "https://www.linkedin.com/feed/", True),
        ("Instagram", "https://instagram.com/harbour", "https://www.instagram.com/", False),
        ("Xing", "", "https://www.xing.com/spi/shares/new?url=https%3A%2F%2Fharbour", False),
        ("The notice board", "https://club.example/board", "https://club.example/board", False),
        ("The notice board", "", "", False),
    ],
)
def test_the_pack_opens_the_networks_own_editor(
    network: str, profile: str, opens: str, takes_text: bool
) -> None:
    pack = pack_of(payload(network=network, profile=profile))
    assert pack.opens.startswith(opens)
    assert bool(pack.opens) == bool(opens)
    assert pack.takes_text is takes_text


def test_the_pack_has_the_text_whole_and_the_files_in_their_order() -> None:
    media = tuple(Media(f"m{number}", "image/png", alt=f"Mast {number}") for number in range(3))
    draft = replace(Draft("Masts", hashtags=("Boats",)), media=media)
    facts = AccountFacts("b5e3", settings=SETTINGS)
    pack = pack_of(CHANNEL.freeze(draft, facts, occurrence_key="one", now=now()))
    assert pack.text == "Masts\n\n#Boats"
    assert [(file.reference, file.alt) for file in pack.files] == [
        ("m0", "Mast 0"),
        ("m1", "Mast 1"),
        ("m2", "Mast 2"),
    ]
    assert pack.who == "Ada"


@pytest.mark.parametrize("profile", ["javascript:alert(1)", "data:text/html,x", "nonsense"])
def test_a_profile_is_a_web_address_or_nothing(profile: str) -> None:
    with pytest.raises(ChannelError) as caught:
        CHANNEL.connect({"network": "Xing", "profile": profile})
    assert caught.value.field == "profile"


def test_what_is_handed_over_is_what_the_page_shows() -> None:
    channel = ByHand()
    facts = AccountFacts("1", settings={"network": "Bluesky", "profile": "", "who": "Mira"})
    frozen = channel.freeze(Draft("Masts."), facts, occurrence_key="1", now=now())
    pack = channel.pack(frozen, facts)
    assert isinstance(channel, HandsOver)
    assert (pack.text, pack.url) == ("Masts.", "https://bsky.app/intent/compose?text=Masts.")
    assert pack.steps[-1] == "Come back here when it is out, and say so."
