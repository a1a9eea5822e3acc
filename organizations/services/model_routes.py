from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from config.kernel.errors import DomainError, Invalid
from config.kernel.llm.providers import provider_for
from config.kernel.llm.routes import Route
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.secret import Secret
from organizations.models import AuditCategory, ModelRoute, ProviderSecret, User

from .audit import record
from .provider_secrets import delete_secret, read_secret, save_secret, stored_secret
from .regions import RegionPolicy


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

    A key that comes along is kept as the secret of its provider at this address, for all routes
    there. Raises Invalid when the provider needs a key or an address that is missing, and when a
    stored key would go to another address.
    """
    with org_atomic():
        row = ModelRoute.objects.filter(purpose=values.purpose).first()
        row = row or ModelRoute(purpose=values.purpose)
        if sentence := RegionPolicy().refusal(current_organization_id(), values.provider):
            raise Invalid(sentence, code="provider_not_allowed", field="provider")
        before = _said(row) if not row._state.adding else {}
        secret = _secret_for(row, values, by)
        row.provider, row.model = values.provider, values.model.strip()
        row.base_url, row.is_free = values.base_url, values.is_free
        row.secret = secret
        _refuse_incomplete(row)
        row.save()
        record(
            action="model_route.saved",
            target=row,
            by=by,
            category=AuditCategory.SECRET,
            before=before,
            after=_said(row),
        )
    return row


def delete_model_route(*, route: ModelRoute, by: User) -> None:
    """Go back to the installation's model for this purpose.

    Its key goes with it, unless another model uses the same.
    """
    with org_atomic():
        record(
            action="model_route.deleted",
            target=route,
            by=by,
            category=AuditCategory.SECRET,
            before=_said(route),
        )
        secret = route.secret
        route.delete()
        if secret is not None and not ModelRoute.objects.filter(secret=secret).exists():
            delete_secret(secret=secret, by=by)


def _said(row: ModelRoute) -> dict[str, str]:
    names = ("purpose", "provider", "model", "base_url")
    return {name: getattr(row, name) for name in names}


def _secret_for(row: ModelRoute, values: RouteValues, by: User) -> ProviderSecret | None:
    if values.api_key:
        try:
            return save_secret(
                family=values.provider, value=values.api_key, by=by, address=values.base_url
            )
        except Invalid as error:
            # Told at the fields of a route.
            error.field = {"address": "base_url", "service": "provider"}.get(
                error.field or "", error.field
            )
            raise
    stored = stored_secret(values.provider, values.base_url)
    if stored is None and row.secret_id is not None:
        # Who may not read the stored key may not have it sent to a server of their own either.
        raise Invalid(
            "The provider or the address changed. Give its key: the stored one stays where it "
            "was meant for.",
            field="api_key",
        )
    return stored


def _refuse_incomplete(row: ModelRoute) -> None:
    given = "given" if row.secret is not None else ""
    try:
        provider_for(Route(row.provider, row.model, given, base_url=row.base_url))
    except DomainError as error:
        field = "base_url" if row.provider == "compatible" else "api_key"
        raise Invalid(error.message, field=field) from None


class OwnRoutes:
    """An organization's own models: the route of the purpose first, the general one after it."""

    def routes(self, organization_id: UUID | None, purpose: str) -> Sequence[Route]:
        if organization_id is None:
            return ()
        with org_atomic(organization_id):
            rows = list(_rows_for(purpose).select_related("secret"))
            secrets = {row.secret.pk: row.secret for row in rows if row.secret is not None}
            keys = {
                pk: read_secret(secret=secret, purpose=f"language model: {purpose or 'any'}")
                for pk, secret in secrets.items()
            }
            return [_route(row, keys) for row in rows]

    def providers(self, organization_id: UUID | None, purpose: str) -> Sequence[str]:
        if organization_id is None:
            return ()
        with org_atomic(organization_id):
            return list(_rows_for(purpose).values_list("provider", flat=True))


class LentKeys:
    """An organization's keys, for a model that an agent of it was given."""

    def has_key(self, organization_id: UUID, provider: str) -> bool:
        with org_atomic(organization_id):
            return _lent(provider) is not None

    def route_to(self, organization_id: UUID, provider: str, model: str) -> Route | None:
        with org_atomic(organization_id):
            found = _lent(provider)
            if found is None:
                return None
            secret, row = found
            key = read_secret(secret=secret, purpose=f"language model: {model}").reveal()
        return Route(provider, model, api_key=key, base_url=row.base_url if row else "")


def _lent(provider: str) -> tuple[ProviderSecret, ModelRoute | None] | None:
    """The key of a provider with the route that says where it belongs, else the bare key."""
    with_key = ModelRoute.objects.filter(provider=provider, secret__is_active=True)
    row = with_key.select_related("secret").order_by("purpose").first()
    if row is not None and row.secret is not None:
        return row.secret, row
    bare = stored_secret(provider)
    return (bare, None) if bare is not None and bare.is_active else None


def _rows_for(purpose: str) -> QuerySet[ModelRoute]:
    return ModelRoute.objects.filter(purpose__in=["", purpose]).order_by("-purpose")


def _route(row: ModelRoute, keys: Mapping[UUID, Secret[str]]) -> Route:
    key = keys.get(row.secret_id) if row.secret_id else None
    return Route(
        provider=row.provider,
        model=row.model,
        api_key=key.reveal() if key is not None else "",
        base_url=row.base_url,
        is_free=row.is_free,
    )
