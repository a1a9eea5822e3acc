"""What a person needs to post something themselves: the words, and every picture and video."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from organizations.services.files import stored_path
from publishing.channels.base import HandsOver, Pack
from publishing.channels.registry import channels
from publishing.models import Delivery

from .networks import account_facts

IN_MEMORY_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class PackFile:
    """One picture or video: `name` in the pack, `key` where it is stored."""

    name: str
    key: str
    alt: str

    @property
    def stored_name(self) -> str:
        return self.key.rpartition("/")[2]


def pack_of(delivery: Delivery) -> Pack | None:
    """The words and the place to post, for a channel whose posts a person publishes; else None."""
    channel: object = channels.get(delivery.platform)
    if not isinstance(channel, HandsOver) or delivery.payload is None:
        return None
    return channel.pack(delivery.payload, account_facts(delivery.account))


def files_of(delivery: Delivery) -> Sequence[PackFile]:
    """In their order; a later part of a thread and a comment have none."""
    if delivery.parent_id is not None:
        return []
    media = cast("list[dict[str, Any]]", delivery.pending_post.media)
    return [
        PackFile(f"{number}.{each['reference'].rpartition('.')[2]}", each["reference"], each["alt"])
        for number, each in enumerate(media, start=1)
    ]


def write_pack(delivery: Delivery, pack: Pack) -> IO[bytes]:
    """A zip file of everything, at its beginning; the caller closes it.

    Raises NotFound when a picture was deleted meanwhile.
    """
    files = files_of(delivery)
    # On disk when it is large: a video alone may be many times what a process should hold.
    into = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - the answer closes it
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as zipped:
        zipped.writestr("text.txt", "\n\n".join(part for part in (pack.title, pack.text) if part))
        if told := "\n".join(f"{each.name}: {each.alt}" for each in files if each.alt):
            zipped.writestr("descriptions.txt", told)
        for each in files:
            zipped.write(stored_path(each.key), each.name)
    into.seek(0)
    return cast("IO[bytes]", into)
