from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from config.kernel.llm.routes import Route
from config.kernel.scoping import org_atomic
from organizations.models import ModelRoute


class OwnRoutes:
    """An organization's own models: the route of the purpose first, the general one after it."""

    def routes(self, organization_id: UUID | None, purpose: str) -> Sequence[Route]:
        if organization_id is None:
            return ()
        with org_atomic(organization_id):
            rows = ModelRoute.objects.filter(purpose__in=["", purpose]).order_by("-purpose")
            return [self._route(row) for row in rows]

    def _route(self, row: ModelRoute) -> Route:
        key = row.api_key
        return Route(
            provider=row.provider,
            model=row.model,
            api_key=key.reveal() if key else "",
            base_url=row.base_url,
            is_free=row.is_free,
        )
