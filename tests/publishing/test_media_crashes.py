"""A worker dies while files go up or access is renewed: the next one carries on, and one post
stands there in the end."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from publishing.channels.base import CrashPoint, Media, Published
from publishing.channels.registry import channels
from tests.peers.sessions import Killed

FAMILY = ("linkedin", "linkedin_page", "facebook", "instagram", "instagram_login", "threads")
MEDIA = (Media("p1", "image/jpeg", alt="A mast"), Media("p2", "image/jpeg", alt="A sail"))


@pytest.mark.parametrize("slug", FAMILY)
@pytest.mark.parametrize("point", [CrashPoint.MEDIA_UPLOADING, CrashPoint.MEDIA_RECEIVED])
def test_files_that_were_going_up_end_in_one_post(
    settings: Settings, slug: str, point: CrashPoint
) -> None:
    channel: Any = channels[slug]
    with importlib.import_module(f"tests.networks.{slug}").stage(settings) as stage:
        draft = replace(stage.draft, media=MEDIA)
        moment = datetime.now(UTC)
        payload = channel.freeze(draft, stage.account, occurrence_key="one", now=moment)
        dying = stage.session(crash_at=point)
        with pytest.raises(Killed):
            channel.publish(payload, dying)
        assert not stage.posts()
        assert channel.find(payload, stage.session(handle=dying.handle)) is None
        out = channel.publish(payload, stage.session(handle=dying.handle))
        assert isinstance(out, Published)
        (item,) = stage.posts()
    assert [each["alt"] for each in item.media] == ["A mast", "A sail"]


@pytest.mark.parametrize("slug", FAMILY)
def test_a_renewal_that_was_not_kept_ends_no_access(settings: Settings, slug: str) -> None:
    """These networks let the old token go on, so nobody has to connect again."""
    channel: Any = channels[slug]
    with importlib.import_module(f"tests.networks.{slug}").stage(settings) as stage:
        with pytest.raises(Killed):
            channel.renew(stage.session(crash_at=CrashPoint.REFRESH_SENT))
        channel.renew(stage.session())
        moment = datetime.now(UTC)
        payload = channel.freeze(stage.draft, stage.account, occurrence_key="one", now=moment)
        assert isinstance(channel.publish(payload, stage.session()), Published)
