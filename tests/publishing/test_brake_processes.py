"""The brake pulled while a real process delivers to networks over real HTTP, at each level.

The networks note when each request came, and keep requests waiting where a test says so: the brake
is pulled while they wait, so that nothing here depends on how quick a machine is. What is due is
looked for again every few milliseconds, so that whatever could slip through has its chance.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.db import connection

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from publishing.models import (
    Delivery,
    InstallationStop,
    PendingStatus,
    SocialAccount,
    Stop,
)
from publishing.services import stops
from publishing.services.second_tries import send_again
from tests.make_planning import brand as another_brand
from tests.world import World

from .deliveries import account_on, due_deliveries, test_channels
from .platform import Platform, RemoteAccount
from .test_kill import Worker, at_work

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "operator"]),
    pytest.mark.real_time,
]

AT_WORK = {
    "WARREN_LEASE_SECONDS": "60",
    "WARREN_OUTBOUND_TIMEOUT_SECONDS": "20",
    "WARREN_HOLD_SECONDS": "0.05",
    "WARREN_DELIVERY_THREADS": "4",
}
SPECIFIED = timedelta(seconds=5)
"""Nothing leaves later than this after a stop (reliability D62)."""
PATIENCE_SECONDS = 60.0
LEVELS = ["installation", "organization", "brand", "account", "platform"]
WHY = "A wrong price"


class Witness(Platform):
    """Notes when each request began to come, and keeps all waiting after so many until `let_on`."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[tuple[datetime, str]] = []
        """(when its first line was there, "POST /account/media")."""
        self.keeps_after: int | None = None
        self._on = threading.Event()

    def let_on(self) -> None:
        self._on.set()

    def of(self, lane: Lane) -> list[tuple[datetime, str]]:
        return [each for each in self.came if f"/{lane.name}/" in each[1]]

    async def arrive(self, line: str) -> None:
        self.came.append((datetime.now(UTC), line))
        if self.keeps_after is not None and len(self.came) > self.keeps_after:
            while not self._on.is_set():
                await asyncio.sleep(0.002)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await super()._talk(cast("asyncio.StreamReader", _Door(reader, self)), writer)


@dataclass
class _Door:
    """A reader that tells the witness of each request, and gives it on when that lets it."""

    reader: asyncio.StreamReader
    witness: Witness

    async def readuntil(self, separator: bytes) -> bytes:
        head = await self.reader.readuntil(separator)
        await self.witness.arrive(head.decode().partition(" HTTP")[0])
        return head

    async def readexactly(self, size: int) -> bytes:
        return await self.reader.readexactly(size)


@dataclass
class Lane:
    """One account with its posts, and what its network knows of it."""

    account: SocialAccount
    brand: BrandProfile
    remote: RemoteAccount
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.account.server).rpartition("/")[2]

    def rows(self) -> list[Delivery]:
        """As they stand now, parts of threads too."""
        with org_atomic(self.account.organization_id):
            rows = Delivery.objects.filter(account=self.account).order_by("created_at", "pk")
            return list(rows.select_related("pending_post"))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """The process that forks workers; they deliver in earnest until nothing is left to do."""
    with at_work(AT_WORK) as running:
        yield running


@pytest.fixture
def witness() -> Iterator[Witness]:
    with Witness() as running, test_channels():
        assert isinstance(running, Witness)
        yield running
        running.let_on()


@dataclass
class Scene:
    world: World
    witness: Witness
    worker: Worker
    lanes: dict[str, Lane] = field(default_factory=dict)

    def lane(self, name: str, brand: BrandProfile, channel: str, **credentials: Any) -> Lane:
        server, remote = self.witness.join()
        account = account_on(
            brand, channel, server, {"access": "a0", "refresh": "refresh-0", **credentials}
        )
        self.lanes[name] = Lane(account, brand, remote)
        return self.lanes[name]

    def deliver(self, *rows: Delivery) -> None:
        """A process works on these rows alone, and ends."""
        self.order(rows)
        assert self.worker.wait() == [0]

    def order(self, rows: Sequence[Delivery]) -> None:
        ids = [str(row.pk) for row in rows]
        self.worker.order(do="send", organization=str(self.world.id), ids=ids)

    def work(self) -> None:
        """A process looks for whatever is due, until nothing of the team is open any more."""
        self.worker.order(do="finish", organization=str(self.world.id), ids=[])


@pytest.fixture
def scene(world: World, witness: Witness, worker: Worker) -> Scene:
    return Scene(world, witness, worker)


@dataclass
class Pulled:
    """Stops of one level, as they were committed."""

    rows: list[Stop | InstallationStop]
    done: datetime
    """When the last of them was committed for certain."""

    @property
    def latest(self) -> datetime:
        """Until when anything may come that the last of them holds."""
        return max(row.created_at for row in self.rows) + SPECIFIED

    def let_go(self, scene: Scene) -> None:
        for row in self.rows:
            if isinstance(row, InstallationStop):
                stops.release_everywhere(stop=row, by="Robin")
                continue
            with org_atomic(scene.world.id):
                stops.resume(stop=row, by=scene.world.admin)


def pull(scene: Scene, level: str, lanes: Sequence[Lane]) -> Pulled:
    """Stop at one level whatever these lanes send."""
    if level == "installation":
        return Pulled([stops.stop_everywhere(by="Robin", reason=WHY)], now())
    named: list[dict[str, Any]] = [{}]
    if level == "brand":
        named = [{"brand": lanes[0].brand}]
    elif level == "account":
        named = [{"account": lane.account} for lane in lanes]
    elif level == "platform":
        named = [{"platform": each} for each in {lane.account.platform for lane in lanes}]
    rows: list[Stop | InstallationStop] = []
    for each in named:
        with org_atomic(scene.world.id):
            rows.append(stops.stop(level=level, by=scene.world.admin, reason=WHY, **each))
    return Pulled(rows, now())


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < end, "It never came to that."
        time.sleep(0.05)


# -- A process that is busy with many posts --------------------------------------------------------

POSTS_EACH = 8
BEFORE_THE_PULL = 30
COVERED = {
    "installation": {"mine a", "mine c", "second a", "second c", "foreign a", "foreign c"},
    "organization": {"mine a", "mine c", "second a", "second c"},
    "brand": {"mine a", "mine c"},
    "account": {"mine c"},
    "platform": {"mine c", "second c"},
}


def busy(scene: Scene) -> None:
    """Two teams, three brands, six accounts on two networks; posts of all are due in turns."""
    world = scene.world
    with org_atomic(world.id):
        second = another_brand("Second")
        for name, brand in (("mine", world.brand), ("second", second)):
            lanes = [
                scene.lane(f"{name} {each}", brand, f"test_{each}", uploads=1) for each in "ac"
            ]
            fill(lanes)
        deal(list(scene.lanes.values()))
    with org_atomic(world.foreign.id):
        lanes = [
            scene.lane(f"foreign {each}", world.foreign_brand, f"test_{each}", uploads=1)
            for each in "ac"
        ]
        fill(lanes)
        deal(lanes)


def fill(lanes: list[Lane]) -> None:
    texts = [f"{lanes[number % 2].name} {number}." for number in range(POSTS_EACH * 2)]
    made = due_deliveries(lanes[0].brand, [lane.account for lane in lanes], texts)
    for number, row in enumerate(made):
        lanes[number % 2].deliveries.append(row)


def deal(lanes: list[Lane]) -> None:
    """Due in turns of the lanes, so that all of them are on their way when the brake is pulled."""
    moment = now() - timedelta(seconds=1)
    rows = [row for turn in zip(*(lane.deliveries for lane in lanes), strict=True) for row in turn]
    for number, row in enumerate(rows):
        row.due_at = moment + timedelta(milliseconds=number)
    Delivery.objects.bulk_update(rows, ["due_at"])


@pytest.mark.parametrize("level", LEVELS)
def test_a_busy_process_sends_nothing_more_of_what_is_stopped_and_goes_on_with_the_rest(
    scene: Scene, level: str
) -> None:
    busy(scene)
    connection.close()
    covered = [lane for name, lane in scene.lanes.items() if name in COVERED[level]]
    others = [lane for name, lane in scene.lanes.items() if name not in COVERED[level]]
    scene.witness.keeps_after = BEFORE_THE_PULL
    scene.work()
    until(lambda: len(scene.witness.came) >= BEFORE_THE_PULL + 4)
    pulled = pull(scene, level, covered)
    scene.witness.let_on()

    until(lambda: all(row.state == "published" for lane in others for row in lane.rows()))
    until(lambda: all(is_at_rest(row) for lane in covered for row in lane.rows()))
    held = [row for lane in covered for row in lane.rows() if row.state == "scheduled"]
    seen = {row.pk: row.fence for row in held}
    assert held
    # It is asked for again and again meanwhile.
    until(lambda: all(row.fence > seen[row.pk] + 1 for row in again(covered, seen)))
    for lane in covered:
        assert [line for moment, line in scene.witness.of(lane) if moment > pulled.latest] == []
        for row in lane.rows():
            is_out = row.state == "published"
            assert len(lane.remote.of(row.pending_post.content)) == is_out
            # Whatever is out had been begun, with all that must be true then, before the pull.
            assert not is_out or (row.sending_at and row.sending_at <= pulled.done)
    for row in held:
        assert row.error_message.startswith("Stopped by ") and WHY in row.error_message

    came = len(scene.witness.came)
    pulled.let_go(scene)
    assert scene.worker.wait() == [0]
    scene.work()
    assert scene.worker.wait() == [0]
    assert len(scene.witness.came) == came
    for row in again(covered, seen):
        assert (row.state, row.pending_post.status) == ("missed", PendingStatus.FAILED)
    lane = next(each for each in covered if any(row.pk in seen for row in each.rows()))
    asked = next(row for row in lane.rows() if row.pk in seen)
    with org_atomic(lane.account.organization_id):
        send_again(delivery=asked, by=scene.world.admin)
    scene.work()
    assert scene.worker.wait() == [0]
    assert [row.state for row in again([lane], {asked.pk: 0})] == ["published"]
    assert len(lane.remote.of(asked.pending_post.content)) == 1
    rest = [row for row in again(covered, seen) if row.pk != asked.pk]
    assert all(row.state == "missed" for row in rest)


def is_at_rest(row: Delivery) -> bool:
    return row.state == "published" or (row.state, row.error_code) == ("scheduled", "stopped")


def again(lanes: Sequence[Lane], ids: dict[Any, int]) -> list[Delivery]:
    return [row for lane in lanes for row in lane.rows() if row.pk in ids]
