"""The network's video service: it takes a file in the account's name, works on it, and leaves it on
the account's own server, from where a post refers to it.

Source: the lexicons app.bsky.video.uploadVideo, getJobStatus and getUploadLimits, and the video
tutorial at docs.bsky.app, as of 2026-11. The service itself could not be tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .atproto import Repository
from .base import Finding
from .errors import (
    TRANSPORT_ERRORS,
    UNPARSABLE,
    ChannelError,
    before_sending,
    transport_error,
)
from .rest import dig
from .xrpc import Bearer

UPLOAD = "com.atproto.repo.uploadBlob"
LIMITS = "app.bsky.video.getUploadLimits"
TOKEN_SECONDS = 1800
PAUSE_SECONDS = 3600
"""After a day's videos are used up: the service does not say when the next day begins."""


@dataclass(frozen=True, slots=True)
class VideoService:
    """One account's use of the service. Nothing here makes a post, so no failure is ambiguous."""

    repository: Repository
    address: str

    def upload(self, did: str, data: bytes, *, name: str) -> str:
        """Hand over a file; returns the job's id. The same file again is the same job.

        Raises ChannelError: rate-limited when the day's videos are used up, refused when this
        account may upload none.
        """
        self._refuse_if_full(len(data))
        # The service stores the file on the account's own server, so it calls that one.
        token = self.repository.service_token(self._own_server(), UPLOAD, TOKEN_SECONDS)
        session, label = self.repository.session, self.repository.label
        try:
            response = session.http.request(
                "POST",
                f"{self.address}/xrpc/app.bsky.video.uploadVideo",
                params={"did": did, "name": name},
                content=data,
                headers={"content-type": "video/mp4"},
                auth=Bearer(token),
            )
        except TRANSPORT_ERRORS as error:
            raise before_sending(transport_error(label, error), label) from error
        said = _parsed(response.content)
        job = dig(said, "jobStatus", "jobId") or dig(said, "jobId")
        if job:
            # A file that is there already is a 409, which names its job all the same.
            return str(job)
        failed = self.repository.table.error(
            label,
            status=response.status_code,
            code=UNPARSABLE if response.is_success else str(dig(said, "error") or ""),
            detail=str(dig(said, "message") or ""),
            headers=response.headers,
            now=session.now,
        )
        raise before_sending(failed, label)

    def blob(self, job: str) -> dict[str, Any] | None:
        """The stored video of a job; None while it is worked on.

        Raises ChannelError (refused) when the service could not use it.
        """
        answer = self.repository.on(self.address).query(
            "app.bsky.video.getJobStatus", {"jobId": job}
        )
        status = answer.get("jobStatus")
        blob = dig(status, "blob")
        if isinstance(blob, dict):
            return blob
        if dig(status, "state") == "JOB_STATE_FAILED":
            told = dig(status, "message") or dig(status, "error") or "it did not say why"
            raise ChannelError(
                f"{self.repository.label} could not use the video: {str(told)[:200]}. Replace the "
                "video and send the post again.",
                permanent=True,
                code="video_failed",
            )
        return None

    def finding(self) -> Finding:
        """Whether videos are taken now, for the connection doctor."""
        try:
            limits = self._limits()
        except ChannelError as error:
            return Finding("video", None, f"The video service could not be asked: {error.message}")
        if limits.get("canUpload") is not False:
            return Finding("video", True, "Videos are taken.")
        told = str(limits.get("message") or limits.get("error") or "it does not say why")
        return Finding(
            "video", False, f"No video is taken now: {told}", "Posts without a video still go out."
        )

    def _refuse_if_full(self, size: int) -> None:
        limits = self._limits()
        left = limits.get("remainingDailyBytes")
        if limits.get("remainingDailyVideos") == 0 or (isinstance(left, int) and left < size):
            raise ChannelError(
                f"{self.repository.label} takes no more videos of this account today. Warren sends "
                "the post when it does again.",
                retry_after=PAUSE_SECONDS,
                code="videos_used_up",
            )
        if limits.get("canUpload") is False:
            told = str(limits.get("message") or limits.get("error") or "it does not say why")
            raise ChannelError(
                f"{self.repository.label} takes no video of this account: {told[:200]}. Put that "
                "right there, or take the video out.",
                permanent=True,
                code="no_videos",
            )

    def _limits(self) -> Mapping[str, Any]:
        host = urlsplit(self.address).hostname or ""
        token = self.repository.service_token(f"did:web:{host}", LIMITS, TOKEN_SECONDS)
        return self.repository.on(self.address).query(LIMITS, auth=Bearer(token))

    def _own_server(self) -> str:
        """The DID of the server where the data stand, which may not be the one that signs in."""
        document = self.repository.whoami().get("didDoc")
        services = dig(document, "service")
        for each in services if isinstance(services, list) else []:
            if str(dig(each, "id") or "").endswith("#atproto_pds"):
                return f"did:web:{urlsplit(str(dig(each, 'serviceEndpoint'))).hostname}"
        server = self.repository.session.server or self.repository.default_server
        return f"did:web:{urlsplit(server).hostname}"


def embed(media: Mapping[str, Any], blob: Mapping[str, Any]) -> dict[str, Any]:
    """A stored video as a post carries it."""
    found: dict[str, Any] = {"$type": "app.bsky.embed.video", "video": dict(blob)}
    if media["alt"]:
        found["alt"] = media["alt"]
    if media.get("width") and media.get("height"):
        found["aspectRatio"] = {"width": media["width"], "height": media["height"]}
    return found


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
