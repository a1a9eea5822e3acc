"""What people asked of their data: a copy that is made, one that is ready, and two ends to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import OrganizationRequest, PersonRequest, RequestKind, RequestState
from organizations.privacy.digests import digest_of
from organizations.privacy.exports import link_token
from organizations.services.consents import answer_consent
from organizations.services.privacy_requests import keeping_token
from tests.world import World

PROGRESS = {"done": 14, "total": 43, "rows": 12_345}


def wishes(world: World) -> dict[str, Any]:
    """Ids for the addresses of letters; nothing of it is due or holds anything up."""
    answer_consent(user=world.owner, kind="marketing", is_granted=True)
    answer_consent(user=world.owner, kind="analytics", is_granted=True)
    answer_consent(user=world.owner, kind="analytics", is_granted=False)
    month = now() + timedelta(days=30)
    PersonRequest.objects.create(
        user=world.owner,
        kind=RequestKind.EXPORT,
        state=RequestState.RUNNING,
        progress=PROGRESS,
    )
    ending = PersonRequest(user=world.viewer, kind=RequestKind.DELETION, due_at=month)
    ending.token_digest = digest_of(keeping_token(ending))
    ending.save(force_insert=True)
    with org_atomic(world.id):
        copy = OrganizationRequest(
            kind=RequestKind.EXPORT,
            state=RequestState.DONE,
            requested_by=world.owner,
            progress=PROGRESS,
            file_bytes=12_345_678,
            link_ends_at=now() + timedelta(hours=23),
        )
        copy.token_digest = digest_of(link_token(copy))
        copy.save(force_insert=True)
        closing = OrganizationRequest(
            kind=RequestKind.DELETION, requested_by=world.owner, due_at=month
        )
        closing.token_digest = digest_of(keeping_token(closing))
        closing.save(force_insert=True)
    return {
        "organization": world.id,
        "ending": ending.pk,
        "proof": keeping_token(ending),
        "closing": closing.pk,
        "leave": keeping_token(closing),
    }
