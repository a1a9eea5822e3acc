"""A post's record: what only the network knows is added to what was frozen, once."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from . import richtext
from .atproto import Repository
from .atproto_video import VideoService, embed
from .base import CrashPoint, Draft, Kind, Limits, Measurement, Media, Payload, Session
from .errors import ChannelError


@dataclass(frozen=True, slots=True)
class Making:
    """Uploads, mentions and references of one delivery."""

    repository: Repository
    video: VideoService
    limits: Limits
    session: Session

    def record(self, payload: Payload) -> tuple[dict[str, Any], list[str]] | None:
        """The whole record, and notes for people; None while a video is worked on."""
        record = deepcopy(payload["record"])
        notes: list[str] = []
        media = payload["media"]
        if media and media[0].get("video"):
            blob = self._video_blob(payload["repo"], media[0])
            if blob is None:
                return None
            record["embed"] = embed(media[0], blob)
        elif media:
            record["embed"] = self._images(media, notes)
        # A payload that was frozen before there were replies has no kind.
        if payload.get("kind", Kind.POST) != Kind.POST:
            record["reply"] = self._reply()
        named = [self._mention(mention) for mention in payload["mentions"]]
        if facets := [*record.get("facets", []), *(facet for facet in named if facet)]:
            record["facets"] = richtext.in_order(facets)
        return record, notes

    def _video_blob(self, repo: str, media: Mapping[str, Any]) -> dict[str, Any] | None:
        """The video as the network stored it; None while it is worked on. Uploads it once."""
        session = self.session
        if not session.handle.get("video"):
            data = session.media(media["reference"])
            session.fault(CrashPoint.MEDIA_UPLOADING)
            name = f"{media['reference'].rpartition('/')[2]}.mp4"
            job = self.video.upload(repo, data, name=name)
            session.fault(CrashPoint.MEDIA_RECEIVED)
            session.save_handle({"video": job})
        return self.video.blob(session.handle["video"])

    def _reply(self) -> dict[str, Any]:
        parent = self.session.parent
        if parent is None:
            raise ChannelError(
                f"The post on {self.repository.label} that this one goes under is not out, so "
                "nothing was posted. Send that post first.",
                permanent=True,
                code="parent_gone",
            )
        root = self.session.root or parent
        above = self.repository.reference(parent.remote_id)
        first = above if root == parent else self.repository.reference(root.remote_id)
        return {"root": first, "parent": above}

    def _images(self, media: list[dict[str, Any]], notes: list[str]) -> dict[str, Any]:
        # A web process never sends, so it need not load what works on pictures.
        from .media import fit_image

        images = []
        for number, item in enumerate(media, start=1):
            data = self.session.media(item["reference"])
            fitted = fit_image(data, self.limits, name=f"Picture {number}")
            self.session.fault(CrashPoint.MEDIA_UPLOADING)
            blob = self.repository.upload(fitted.data, fitted.content_type)
            self.session.fault(CrashPoint.MEDIA_RECEIVED)
            ratio = {"width": fitted.width, "height": fitted.height}
            images.append({"alt": item["alt"], "image": blob, "aspectRatio": ratio})
            if fitted.note:
                notes.append(fitted.note)
        return {"$type": "app.bsky.embed.images", "images": images}

    def _mention(self, mention: dict[str, Any]) -> dict[str, Any] | None:
        did = self.repository.resolve(mention["handle"])
        return richtext.mention_facet(mention, did) if did else None


def shape(media: Media) -> dict[str, Any]:
    """What of a video's form is said beside it; a picture is measured when it is uploaded."""
    if not media.is_video:
        return {}
    return {"video": True, "width": media.width, "height": media.height}


def card(draft: Draft, link: str) -> dict[str, Any]:
    """A link card with what is known; the platform fetches nothing by itself."""
    external = {
        "uri": link,
        "title": draft.link_title or link.split("://", 1)[-1].split("/", 1)[0],
        "description": draft.link_description,
    }
    return {"$type": "app.bsky.embed.external", "external": external}


def measurement(view: Mapping[str, Any]) -> Measurement:
    def count(name: str) -> int | None:
        number = view.get(name)
        return number if isinstance(number, int) and number >= 0 else None

    extra = {"quotes": count("quoteCount"), "bookmarks": count("bookmarkCount")}
    return Measurement(
        likes=count("likeCount"),
        comments=count("replyCount"),
        shares=count("repostCount"),
        extra={name: number for name, number in extra.items() if number is not None},
    )


def parts(remote_id: str) -> tuple[str, str]:
    """(DID, record key) of at://<did>/app.bsky.feed.post/<key>."""
    repo, _, rkey = remote_id.removeprefix("at://").split("/")
    return repo, rkey
