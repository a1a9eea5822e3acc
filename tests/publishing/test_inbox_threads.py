"""Several workers and hasty fingers at once, with committed rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic, scope
from publishing.models import Conversation, InboxFeed, InboxMessage, MessageState
from publishing.services import inbox, inbox_feeds, inbox_sending
from tests.kernel.crowd import together
from tests.make_inbox import staged_account
from tests.networks import mastodon
from tests.networks.base import Stage
from tests.world import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_time]
CROWD = 4


@pytest.fixture
def network(settings: Settings) -> Iterator[Stage]:
    with mastodon.stage(settings) as staged:
        yield staged


def test_many_readers_and_many_senders_make_one_of_each(world: World, network: Stage) -> None:
    talk = network.talk
    assert talk is not None
    with org_atomic(world.id):
        account = staged_account(world.brand, "mastodon", network)
        inbox_feeds.listen_to(account)
        feed = InboxFeed.objects.get()
    talk.say("comment", "When do you open?", at=now() - timedelta(minutes=5))

    def read() -> bool:
        with scope(world.id):
            return inbox_feeds.read_feed(feed_id=feed.pk)

    assert sum(together([read] * CROWD)) == 1
    with org_atomic(world.id):
        place = Conversation.objects.get()
        assert place.messages.count() == 1

    def answer() -> InboxMessage:
        with org_atomic(world.id):
            return inbox.answer(conversation=place, text="At nine.", by=world.editor)

    messages = together([answer] * CROWD)
    assert len({each.pk for each in messages}) == 1

    def send() -> bool:
        with scope(world.id):
            return inbox_sending.send_answer(message_id=messages[0].pk)

    together([send] * CROWD)
    assert len(talk.answers()) == 1
    with org_atomic(world.id):
        assert InboxMessage.objects.get(side="ours").state == MessageState.SAID
