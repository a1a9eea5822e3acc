"""Which model answers which purpose for whom.

An organization's own routes (its key, its address) come from the registry; where it has none, the
installation's settings decide; where those name nothing, there is no model and the offline
counterparts work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

from django.conf import settings

from config.kernel.hooks import Slot
from config.kernel.llm.errors import ModelMisconfigured

OFFLINE = "offline"

Structured = Literal["native", "tool", "prompted"]


@dataclass(frozen=True)
class Price:
    """Millionths of a dollar per million tokens; for models that the price list does not know."""

    input_micros_per_million: int
    output_micros_per_million: int


@dataclass(frozen=True)
class Route:
    """One model behind one key at one address.

    `is_trusted_address`: the address comes from whoever runs the installation and may be on this
    machine or its network. Addresses that organizations type in go through the outbound door.
    `is_free`: nobody is billed (a model on own hardware); else an unknown price is refused.
    `structured`: how the answer's form is asked for; None takes the provider's usual way.
    """

    provider: str
    model: str
    api_key: str = field(default="", repr=False)
    base_url: str = ""
    is_trusted_address: bool = False
    is_free: bool = False
    price: Price | None = None
    structured: Structured | None = None


@runtime_checkable
class RouteSource(Protocol):
    def routes(self, organization_id: UUID | None, purpose: str) -> Sequence[Route]:
        """The organization's own routes, the preferred one first; empty for the installation's.

        Opens their keys, which is written down: ask only to call the model.
        """
        ...

    def providers(self, organization_id: UUID | None, purpose: str) -> Sequence[str]:
        """The providers of the same routes, without opening a key."""
        ...


route_source: Slot[RouteSource] = Slot("llm.routes", RouteSource)  # type: ignore[type-abstract]


@runtime_checkable
class RoutePolicy(Protocol):
    def refusal(self, organization_id: UUID, provider: str) -> str:
        """Why an organization's texts may not go to a provider, for people; empty if they may."""
        ...


@runtime_checkable
class OwnKeys(Protocol):
    """The keys that an organization lent us, whatever models it chose for its purposes."""

    def has_key(self, organization_id: UUID, provider: str) -> bool: ...

    def route_to(self, organization_id: UUID, provider: str, model: str) -> Route | None:
        """A model of the provider behind the organization's own key, which is opened; else None."""
        ...


own_keys: Slot[OwnKeys] = Slot("llm.own_keys", OwnKeys)  # type: ignore[type-abstract]


@runtime_checkable
class DefaultModels(Protocol):
    def model(self, provider: str, purpose: str) -> str:
        """The provider's default for the kind of model that a purpose needs; empty for none."""
        ...


default_models: Slot[DefaultModels] = Slot("llm.default_models", DefaultModels)  # type: ignore[type-abstract]

# Who is asked when the configured provider fails, as far as the installation has their keys:
# specification 3a, monthly model discovery.
FALLBACK_ORDER = ("anthropic", "google", "mistral")

route_policy: Slot[RoutePolicy] = Slot("llm.policy", RoutePolicy)  # type: ignore[type-abstract]


def refusal(organization_id: UUID | None, provider: str) -> str:
    policy = route_policy.get()
    if policy is None or organization_id is None or provider in ("", OFFLINE):
        return ""
    return policy.refusal(organization_id, provider)


def routes_for(
    organization_id: UUID | None, purpose: str, model: tuple[str, str] = ("", "")
) -> Sequence[Route]:
    """Preferred first, fallbacks after it; empty when there is no model.

    `model` is an agent's own: its provider and name. It goes first where there is a key for it:
    the organization's own, else the installation's unless the organization chose models of its
    own, because then its texts go only where it said.

    Leaves out providers that the organization's texts may not go to. Raises ModelMisconfigured
    (code `provider_not_allowed`) when that leaves none, before a key is opened.
    """
    source = route_source.get()
    providers = _providers(organization_id, purpose, model[0])
    refusals = {each: refusal(organization_id, each) for each in providers}
    if providers and all(refusals.values()):
        raise ModelMisconfigured(refusals[providers[0]], code="provider_not_allowed")
    own = source.routes(organization_id, purpose) if source else ()
    found = list(own or settings_routes(purpose))
    if own_route := _route_to(organization_id, *model, has_routes=bool(own)):
        found = [own_route, *(route for route in found if route != own_route)]
    return [
        route
        for route in found
        if route.provider not in ("", OFFLINE) and not refusals.get(route.provider)
    ]


def is_configured(organization_id: UUID | None, purpose: str, provider: str = "") -> bool:
    """Whether there is a model for this purpose, or a key for an agent's own; opens no key."""
    return bool(_providers(organization_id, purpose, provider))


def _providers(organization_id: UUID | None, purpose: str, first: str) -> list[str]:
    source = route_source.get()
    own = list(source.providers(organization_id, purpose)) if source else []
    found = own or [route.provider for route in settings_routes(purpose)]
    if first and (_has_own_key(organization_id, first) or (not own and installation_key(first))):
        found = [first, *found]
    return [provider for provider in dict.fromkeys(found) if provider and provider != OFFLINE]


def _has_own_key(organization_id: UUID | None, provider: str) -> bool:
    keys = own_keys.get()
    return (
        keys is not None and organization_id is not None and keys.has_key(organization_id, provider)
    )


def _route_to(
    organization_id: UUID | None, provider: str, model: str, *, has_routes: bool
) -> Route | None:
    keys = own_keys.get()
    if not provider or not model or refusal(organization_id, provider):
        return None
    own = keys.route_to(organization_id, provider, model) if keys and organization_id else None
    if own is not None:
        return own
    if has_routes or not installation_key(provider):
        return None
    return installation_route(provider, model)


def installation_key(provider: str) -> str:
    """The installation's key of a provider, or its address where that needs none; else empty."""
    if provider and provider == _setting("PROVIDER").lower():
        return _setting("API_KEY") or _setting("BASE_URL")
    keys = dict(getattr(settings, "WARREN_LLM_KEYS", None) or {})
    return str(keys.get(provider, "")).strip()


def installation_route(provider: str, model: str) -> Route:
    """A model behind the installation's key of its provider."""
    if provider == _setting("PROVIDER").lower():
        return _settings_route(provider, model)
    return Route(provider, model, api_key=installation_key(provider), is_trusted_address=True)


def settings_routes(purpose: str) -> Sequence[Route]:
    """From WARREN_LLM_*: one provider, a model per purpose, and a fallback model.

    WARREN_LLM_MODELS maps a purpose to a model name of the same provider; where no name is given,
    the registry's default for the purpose is taken. After them come the defaults of the providers
    in the fallback order that WARREN_LLM_KEYS has a key for.
    """
    provider = _setting("PROVIDER").lower()
    if not provider or provider == OFFLINE:
        return ()
    chosen = dict(getattr(settings, "WARREN_LLM_MODELS", None) or {})
    first = chosen.get(purpose) or _setting("MODEL") or _default(provider, purpose)
    names = [first, _setting("FALLBACK_MODEL")]
    routes = [_settings_route(provider, name) for name in dict.fromkeys(names) if name]
    for other in FALLBACK_ORDER:
        if other != provider and installation_key(other) and (name := _default(other, purpose)):
            routes.append(installation_route(other, name))
    return routes


def _default(provider: str, purpose: str) -> str:
    models = default_models.get()
    return models.model(provider, purpose) if models else ""


def _settings_route(provider: str, model: str) -> Route:
    return Route(
        provider=provider,
        model=model,
        api_key=_setting("API_KEY"),
        base_url=_setting("BASE_URL"),
        is_trusted_address=True,
        is_free=bool(getattr(settings, "WARREN_LLM_IS_FREE", False)),
        price=_settings_price(_setting("PRICE")),
    )


def _settings_price(text: str) -> Price | None:
    """`0.15/0.60`: dollars per million input and output tokens."""
    if not text:
        return None
    into, _, out = text.partition("/")
    try:
        return Price(round(float(into) * 1_000_000), round(float(out or into) * 1_000_000))
    except ValueError:
        raise ModelMisconfigured(
            f"WARREN_LLM_PRICE is {text!r}. Give dollars per million tokens: 0.15/0.60.",
            code="model_price_unknown",
        ) from None


def _setting(name: str) -> str:
    return str(getattr(settings, f"WARREN_LLM_{name}", "") or "").strip()
