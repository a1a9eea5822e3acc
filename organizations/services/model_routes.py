from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from config.kernel.errors import DomainError, Invalid
from config.kernel.llm.providers import provider_for
from config.kernel.llm.routes import Route
from config.kernel.scoping import org_atomic
from organizations.models import ModelRoute, User

from .audit import record


@dataclass(frozen=True, slots=True)
class RouteValues:
    """What a person says of a model. An empty `api_key` keeps the one that is stored."""

    purpose: str
    provider: str
    model: str
    base_url: str = ""
    api_key: str = ""
    is_free: bool = False


def save_model_route(*, values: RouteValues, by: User) -> ModelRoute:
    """Set the model of one purpose, or of all that have none of their own.

    Raises Invalid when the provider needs a key or an address that is missing, and when a stored
    key would go to another address. The key is sealed and never shown again.
    """
    with org_atomic():
        row = ModelRoute.objects.filter(purpose=values.purpose).first()
        row = row or ModelRoute(purpose=values.purpose)
        _refuse_carrying_off(row, values)
        row.provider, row.model = values.provider, values.model.strip()
        row.base_url, row.is_free = values.base_url, values.is_free
        if values.api_key:
            row.api_key = values.api_key
        _refuse_incomplete(row, values.api_key)
        row.save()
        record(
            action="model_route.saved",
            target=row,
            by=by,
            data={"purpose": row.purpose, "provider": row.provider, "model": row.model},
        )
    return row


def delete_model_route(*, route: ModelRoute, by: User) -> None:
    """Go back to the installation's model for this purpose; the stored key is gone at once."""
    with org_atomic():
        record(
            action="model_route.deleted",
            target=route,
            by=by,
            data={"provider": route.provider, "model": route.model},
        )
        route.delete()


def _refuse_carrying_off(row: ModelRoute, values: RouteValues) -> None:
    """Who may not read the stored key may not have it sent to a server of their own either."""
    moved = (row.provider, row.base_url) != (values.provider, values.base_url)
    if row.api_key and moved and not values.api_key:
        raise Invalid(
            "The provider or the address changed. Give its key: the stored one stays where it "
            "was meant for.",
            field="api_key",
        )


def _refuse_incomplete(row: ModelRoute, new_key: str) -> None:
    has_key = bool(new_key or row.api_key)
    try:
        provider_for(
            Route(row.provider, row.model, "given" if has_key else "", base_url=row.base_url)
        )
    except DomainError as error:
        field = "base_url" if row.provider == "compatible" else "api_key"
        raise Invalid(error.message, field=field) from None


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
