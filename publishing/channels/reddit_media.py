"""A picture on its way to Reddit: a lease, then a form to the storage behind it.

Source: PRAW 8, Subreddit.submit_image and its media lease, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import CrashPoint, Limits, Session
from .errors import (
    TRANSPORT_ERRORS,
    ChannelError,
    before_sending,
    transport_error,
)
from .rest import Rest, dig


def uploaded_picture(
    rest: Rest, item: Mapping[str, Any], session: Session, limits: Limits
) -> tuple[str, str]:
    """(address that a submission may name, what was changed). Makes no post."""
    # A web process never sends, so it need not load what works on pictures.
    from .media import fit_image

    fitted = fit_image(session.media(item["reference"]), limits)
    name = f"picture.{fitted.content_type.partition('/')[2]}"
    lease = rest.call(
        "POST", "/api/media/asset.json", data={"filepath": name, "mimetype": fitted.content_type}
    )
    action, fields = lease.dig("args", "action"), lease.dig("args", "fields")
    if not isinstance(action, str) or not isinstance(fields, list):
        raise before_sending(rest.unreadable(lease), rest.label)
    form = {str(dig(each, "name")): str(dig(each, "value") or "") for each in fields}
    address = f"https:{action}" if action.startswith("//") else action
    session.fault(CrashPoint.MEDIA_UPLOADING)
    _store(rest, address, form, (name, fitted.data, fitted.content_type))
    session.fault(CrashPoint.MEDIA_RECEIVED)
    return f"{address}/{form.get('key', '')}", fitted.note


def _store(rest: Rest, address: str, form: Mapping[str, str], file: tuple[str, bytes, str]) -> None:
    """The storage wants its own signed fields, no token of ours, and answers in XML."""
    try:
        response = rest.http.request("POST", address, data=dict(form), files={"file": file})
    except TRANSPORT_ERRORS as error:
        raise before_sending(transport_error(rest.label, error), rest.label) from error
    if response.is_success:
        return
    if response.status_code == 400 and b"EntityTooLarge" in response.content:
        raise ChannelError(
            f"The picture is larger than {rest.label} takes: use a smaller one.",
            permanent=True,
            code="image_too_large",
        )
    # A lease that ended is a refusal here; a fresh one is asked for with the next try.
    raise ChannelError(
        f"{rest.label} did not store the picture, so nothing was posted. Warren tries again.",
        code="not_stored",
    )
