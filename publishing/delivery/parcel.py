"""What one process holds in its hands: claimed rows, and until when they are its own."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID, uuid4

from publishing.channels.base import Channel, DeliveryClass, Finds, Published, Reading
from publishing.models import Delivery, DeliveryState

from . import pace


def new_owner() -> str:
    """A name for one run of one worker; it stands in every row that the run claims."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:12]}"


@dataclass(slots=True)
class Lease:
    """Until when a row is ours, by this process's own clock, which also runs while it is frozen.

    The row carries the same moment as `claimed_until` for everybody else.
    """

    ends: float
    renewals: int = 0

    @classmethod
    def starting_now(cls) -> Lease:
        return cls(monotonic() + pace.lease().total_seconds())

    @property
    def left(self) -> float:
        return self.ends - monotonic()

    @property
    def covers_a_call(self) -> bool:
        """Whether an outside request that starts now ends before the lease does."""
        return self.left > pace.call_seconds()

    def renew(self, ends: float) -> None:
        self.ends = ends
        self.renewals += 1


@dataclass(slots=True, eq=False)
class Parcel:
    """A claimed delivery with all that is needed to send it or to look for it."""

    organization_id: UUID
    delivery: Delivery
    channel: Channel | None
    model_used: str
    approver_id: UUID | None
    lease: Lease
    owner: str
    claimed_at: datetime
    policy: str = ""
    """What approved it, in words; empty where people did."""
    parent: Published | None = None
    """What a part or a comment goes under."""
    root: Published | None = None
    tries: bool = False
    """It is the one that tries whether a network or an account works again."""
    is_watched: bool = False
    """Something is wrong with its network or account, so that a success is worth a line."""
    readings: dict[str, Reading] = field(default_factory=dict)
    """What the network told of its quotas meanwhile."""
    is_sending: bool = False
    """`sending` is committed: from here on an unknown end is an unknown outcome."""
    has_called: bool = False
    """The channel was entered with a call that may make a post."""
    has_written: bool = False
    """A request of that call has left which is not a mere question."""
    started: float = field(default_factory=monotonic)

    def begun(self, lease: Lease, moment: datetime) -> None:
        """`sending` is committed, with a lease of its own."""
        self.is_sending = True
        self.lease = Lease(lease.ends)
        self.delivery.state = DeliveryState.SENDING
        self.delivery.sending_at = moment
        self.delivery.attempts += 1
        self.started = monotonic()

    @property
    def id(self) -> UUID:
        return self.delivery.id

    @property
    def duration_ms(self) -> int:
        return int((monotonic() - self.started) * 1000)

    @property
    def can_be_found(self) -> bool:
        """Whether the network can be asked for this very post.

        Where nothing else can be found, one that was taken in to be worked on still can, and one
        that a person was to post.
        """
        channel: object = self.channel
        if not isinstance(channel, Channel) or not isinstance(channel, Finds):
            return False
        is_accepted = self.delivery.state == DeliveryState.ACCEPTED
        is_in_hand = is_accepted or channel.waits_for_person
        return is_in_hand or channel.delivery_class is not DeliveryClass.D

    @property
    def label(self) -> str:
        return self.channel.label if self.channel else self.delivery.platform
