"""Conversations of every kind and state, with answers on their way, lost and refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import InboxFeed, InboxSettings
from tests import make
from tests.make_inbox import conversation, mastodon_account, message, saved_reply
from tests.world import World

LONG_NAME = "Bootsbauerinnungsverbandsvorsitzende Wilhelmine von und zu Schleimünde-Maasholm"
MINUTE = timedelta(minutes=1)


def inbox(world: World) -> dict[str, Any]:
    """Ids for addresses: `conversation`, `answer` and `reply`."""
    moment = now()
    with org_atomic(world.id):
        account = mastodon_account(world.brand, name="Harbour & Pine, Kiel")
        InboxFeed.objects.create(account=account, read_at=moment - 2 * MINUTE)
        InboxSettings.objects.create(brand=world.brand, answer_within_minutes=60)
        post = make.post(world.brand, account, content=make.TEXT)
        place = conversation(
            account,
            post=post,
            last_message_at=moment,
            waiting_since=moment - 90 * MINUTE,
            answer_due_at=moment - 30 * MINUTE,
            assignee=world.editor,
            sentiment="negative",
        )
        answer = _talk(world, place)
        for kind, name, words in (
            ("mention", LONG_NAME, "Saw your masts in Maasholm. Wonderful!"),
            ("message", "Ben", "Could you mend the boom of a Folkboat until Easter?"),
            ("comment", "Cleo", "https://other.example/" + "a" * 180),
        ):
            other = conversation(
                account,
                kind=kind,
                person_name=name,
                sentiment="positive" if kind == "mention" else "neutral",
                last_message_at=moment - 40 * MINUTE,
                unread_count=0 if kind == "comment" else 2,
            )
            message(other, text=words, said_at=moment - 40 * MINUTE)
        conversation(account, status="done", waiting_since=None, unread_count=0)
        reply = saved_reply(world.brand)
        saved_reply(None, name="Thanks", text="Thank you, {{ name }}!")
    return {"conversation": place.pk, "answer": answer.pk, "reply": reply.pk}


def _talk(world: World, place: Any) -> Any:
    moment = now()
    first = message(
        place,
        text="When do you open on Saturday? My mast came with a crack in it, and I am "
        "disappointed.\n\nIt is the one of 9 metres.",
        said_at=moment - 90 * MINUTE,
        sentiment="negative",
        url="https://other.example/@anna/1",
    )
    ours = {"side": "ours", "author_name": "Editor", "written_by": world.editor, "url": ""}
    message(place, **ours, text="We are sorry! At nine.", said_at=moment - 80 * MINUTE)
    message(
        place,
        side="note",
        remote_id="",
        written_by=world.editor,
        text="The yard says that batch 34 had cracks.",
        said_at=moment - 70 * MINUTE,
    )
    for number, (state, words) in enumerate(
        (
            ("unknown", "Mastodon did not say whether it took the answer. Look there."),
            ("failed", "The Mastodon server refused the post: it was deleted."),
            ("queued", ""),
        )
    ):
        answer = message(
            place,
            **ours,
            remote_id="",
            parent_remote_id=first.remote_id,
            state=state,
            error_message=words,
            text="Please bring it in, and we look at it while you wait.",
            said_at=moment - (60 - number) * MINUTE,
        )
    return answer
