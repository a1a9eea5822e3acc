"""One run of a worker: claim, send, settle, with many calls on the way and one thread on the books.

The thread that runs here does everything in the database, in batches of one organization; the crew
only waits for networks. So a delivery costs a share of a few statements instead of its own dozens,
`sending` is committed for no more posts than can leave at once, and no transaction is open while a
network is waited for.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from queue import SimpleQueue
from time import monotonic
from uuid import UUID

from publishing.channels.base import CrashPoint
from publishing.models import DeliveryState

from . import books, pace
from .calls import Answer, Step, call, mistake, needs_prepare
from .claim import STRANDED, TO_SEND, claim, claim_undecided
from .crew import Crew, Finished, drain
from .faults import fault
from .gate import network_of
from .parcel import Parcel, new_owner
from .recheck import fit_to_send
from .send import begin, renew
from .settle import Out
from .steady import steadily

Work = tuple[UUID, Sequence[UUID]]
"""An organization and deliveries of it that are due."""

WIDTH_WITHOUT_THREADS = 24
MOST_WIDTHS_CLAIMED = 4
"""Times the width that may be claimed while some of it waits for busy networks."""


class Desk:
    """For one run in one thread; `crew` may be shared with other runs. Once `stops` says so, as in
    a worker that is told to end, only what was begun is finished."""

    def __init__(
        self,
        crew: Crew,
        *,
        states: Sequence[str] = (*TO_SEND, *STRANDED),
        stops: Callable[[], bool] = lambda: False,
    ) -> None:
        self.crew = crew
        self.states = states
        self.stops = stops
        self.owner = new_owner()
        self.width = crew.size or WIDTH_WITHOUT_THREADS
        # What shares its statements: the larger, the cheaper, and the longer threads stand idle.
        self.batch = max(1, self.width // 3)
        # Threads that one network may keep busy, so that a slow one leaves some to the others.
        self.share = max(1, crew.size * 3 // 4) if crew.size else self.width
        self.claimed = 0
        self._first: deque[tuple[Parcel, Step]] = deque()
        self._ready: deque[Parcel] = deque()
        self._calls: dict[Parcel, Step] = {}
        self._done: SimpleQueue[Finished] = SimpleQueue()

    def run(self, work: Iterable[Work], *, seconds: float = float("inf")) -> int:
        """Work until everything is done; after `seconds` only finish what was begun.

        Returns how many deliveries were claimed.
        """
        waiting, end = deque(work), monotonic() + seconds
        while waiting or self._first or self._ready or self._calls:
            if monotonic() >= end or self.stops():
                waiting.clear()
            while waiting and self._wants_more():
                self._claim(*waiting.popleft())
            self._begin_calls()
            self._send()
            if waiting and self._wants_more():
                continue
            if self._calls:
                enough = min(len(self._calls), self.batch)
                self._book(drain(self._done, pace.lease().total_seconds() / 3, enough=enough))
                self._renew()
        fault(CrashPoint.ACKNOWLEDGED)
        return self.claimed

    def look(self, organization_id: UUID, delivery_id: UUID) -> int:
        """Look once more for a post that is `unknown`, or `accepted` and not due yet."""
        self._take(claim_undecided(organization_id, delivery_id, owner=self.owner))
        return self.run(())

    def _claim(self, organization_id: UUID, ids: Sequence[UUID]) -> None:
        """What is left aside here is due still, and found by the next sweep."""
        crowded = self._crowded() if self._unsent >= self.width else frozenset()
        taken = claim(
            organization_id,
            ids,
            owner=self.owner,
            states=self.states,
            without=crowded,
        )
        self._take(taken, fit_to_send(taken))

    def _take(self, parcels: Sequence[Parcel], fit: Sequence[Parcel] | None = None) -> None:
        self.claimed += len(parcels)
        for parcel in parcels if fit is None else fit:
            if parcel.delivery.state != DeliveryState.CLAIMED:
                self._read_back(parcel)
            elif parcel.channel is None:
                books.no_channel(parcel)
            elif needs_prepare(parcel.channel):
                self._first.append((parcel, Step.PREPARE))
            else:
                self._ready.append(parcel)

    def _read_back(self, parcel: Parcel) -> None:
        """Its worker is gone and something may be out there."""
        delivery = parcel.delivery
        if delivery.state == DeliveryState.ACCEPTED and delivery.remote_id:
            books.published([Out(parcel, delivery.remote_id, delivery.remote_url)])
        elif parcel.can_be_found:
            self._first.append((parcel, Step.FIND))
        else:
            books.unlookable(parcel)

    def _wants_more(self) -> bool:
        """No more is claimed than soon leaves, since each holds a lease; but not less either: what
        waits for a busy network is not waited for by those that could leave for another."""
        if self._unsent < self.width:
            return True
        is_idle = len(self._calls) < self.width and not self._leaving()
        return is_idle and self._unsent < MOST_WIDTHS_CLAIMED * self.width

    @property
    def _unsent(self) -> int:
        preparing = sum(step is not Step.PUBLISH for step in self._calls.values())
        return len(self._first) + len(self._ready) + preparing

    def _begin_calls(self) -> None:
        """Prepare and look for as many as their networks have room for."""
        busy = self._busy()
        for _ in range(len(self._first)):
            parcel, step = self._first.popleft()
            network = network_of(parcel.delivery)
            if network is None or busy[network] < self.share:
                busy[network] += 1
                self._call(parcel, step)
            else:
                self._first.append((parcel, step))

    def _send(self) -> None:
        """Commit `sending` for as many as can leave now, and let them leave."""
        batch = self._leaving()
        leaving = set(batch)
        self._ready = deque(parcel for parcel in self._ready if parcel not in leaving)
        for organization_id, parcels in by_organization(batch).items():
            for parcel in steadily(partial(begin, organization_id, parcels), parcels):
                self._call(parcel, Step.PUBLISH)

    def _leaving(self) -> list[Parcel]:
        """Those that the crew and their networks have room for, in their order."""
        free = self.width - len(self._calls)
        # A crew that is nearly busy is not fed one by one: each commit has its price.
        if not self._ready or free <= 0 or free < min(len(self._ready), self.batch):
            return []
        busy = self._busy()
        queues: dict[str | None, list[Parcel]] = {}
        for parcel in self._ready:
            queues.setdefault(network_of(parcel.delivery), []).append(parcel)
        fitting: set[Parcel] = set()
        for network, queue in queues.items():
            room = self.width if network is None else self.share - busy[network]
            if room >= min(len(queue), self.batch, self.share):
                fitting.update(queue[:room])
        return [parcel for parcel in self._ready if parcel in fitting][:free]

    def _crowded(self) -> frozenset[str]:
        busy = self._busy()
        return frozenset(key for key in busy if key is not None and busy[key] >= self.share)

    def _busy(self) -> Counter[str | None]:
        return Counter(network_of(parcel.delivery) for parcel in self._calls)

    def _call(self, parcel: Parcel, step: Step) -> None:
        # Noted before it runs: without threads it is finished when `submit` returns.
        self._calls[parcel] = step
        self.crew.submit(partial(call, parcel, step), (parcel, step), self._done)

    def _book(self, finished: Sequence[Finished]) -> None:
        answers: list[Answer] = []
        for (parcel, step), future in finished:
            self._calls.pop(parcel, None)
            error = future.exception()
            answer = mistake(parcel, step, error) if error else future.result()
            if answer.step is Step.PREPARE and answer.error is None:
                self._ready.append(parcel)
            else:
                answers.append(answer)
        books.book(answers)

    def _renew(self) -> None:
        """Keep what is still on its way ours, but not for ever: a call may never come back."""
        third = pace.lease().total_seconds() / 3
        ending = [parcel for parcel in self._held() if parcel.lease.left < 2 * third]
        for parcel in [each for each in ending if each.lease.renewals >= pace.MOST_RENEWALS]:
            self._calls.pop(parcel, None)
            ending.remove(parcel)
        for organization_id, parcels in by_organization(ending).items():
            renew(organization_id, parcels)

    def _held(self) -> list[Parcel]:
        return [*self._calls, *(parcel for parcel, _ in self._first), *self._ready]


def by_organization(parcels: Iterable[Parcel]) -> dict[UUID, list[Parcel]]:
    grouped: dict[UUID, list[Parcel]] = {}
    for parcel in parcels:
        grouped.setdefault(parcel.organization_id, []).append(parcel)
    return grouped
