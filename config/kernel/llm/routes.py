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


route_policy: Slot[RoutePolicy] = Slot("llm.policy", RoutePolicy)  # type: ignore[type-abstract]


def refusal(organization_id: UUID | None, provider: str) -> str:
    policy = route_policy.get()
    if policy is None or organization_id is None or provider in ("", OFFLINE):
        return ""
    return policy.refusal(organization_id, provider)


def routes_for(organization_id: UUID | None, purpose: str) -> Sequence[Route]:
    """Preferred first, fallbacks after it; empty when there is no model.

    Leaves out providers that the organization's texts may not go to. Raises ModelMisconfigured
    (code `provider_not_allowed`) when that leaves none, before a key is opened.
    """
    source = route_source.get()
    providers = _providers(organization_id, purpose)
    refusals = {each: refusal(organization_id, each) for each in providers}
    if providers and all(refusals.values()):
        raise ModelMisconfigured(refusals[providers[0]], code="provider_not_allowed")
    own = source.routes(organization_id, purpose) if source else ()
    found = own or settings_routes(purpose)
    return [
        route
        for route in found
        if route.provider not in ("", OFFLINE) and not refusals.get(route.provider)
    ]


def is_configured(organization_id: UUID | None, purpose: str) -> bool:
    """Whether there is a model for this purpose; opens no key."""
    return bool(_providers(organization_id, purpose))


def _providers(organization_id: UUID | None, purpose: str) -> list[str]:
    source = route_source.get()
    own = source.providers(organization_id, purpose) if source else ()
    found = own or [route.provider for route in settings_routes(purpose)]
    return [provider for provider in found if provider and provider != OFFLINE]


def settings_routes(purpose: str) -> Sequence[Route]:
    """From WARREN_LLM_*: one provider, a model per purpose, and a fallback model.

    WARREN_LLM_MODELS maps a purpose to a model name of the same provider.
    """
    provider = _setting("PROVIDER").lower()
    if not provider or provider == OFFLINE:
        return ()
    chosen = dict(getattr(settings, "WARREN_LLM_MODELS", None) or {})
    names = [chosen.get(purpose) or _setting("MODEL"), _setting("FALLBACK_MODEL")]
    return [_settings_route(provider, name) for name in dict.fromkeys(names) if name]


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
