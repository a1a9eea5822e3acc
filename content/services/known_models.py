"""The models that a new installation knows, until the first look at the providers' own lists.

Read from the price list of genai-prices 0.2.3 and the names that pydantic-ai 2.68 knows, on
2026-11-21. Prices and context windows are not repeated here: they come from the price list.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from content.models import LanguageModel

Kind = LanguageModel.Kind
FLAGSHIP, FAST, LEGACY = Kind.FLAGSHIP, Kind.FAST, Kind.LEGACY


@dataclass(frozen=True, slots=True)
class Known:
    provider: str
    name: str
    kind: Kind
    is_default: bool = False
    max_output_tokens: int | None = None
    sees: bool = True  # takes pictures


@dataclass(frozen=True, slots=True)
class Listed:
    """What the price list says of a model: millionths of a dollar per million tokens."""

    input_micros_per_million: int
    output_micros_per_million: int
    context_tokens: int | None


KNOWN: Final = (
    Known("openai", "gpt-6.1-sol", FLAGSHIP, True, 128_000),
    Known("openai", "gpt-6-astra", FLAGSHIP, False, 128_000),
    Known("openai", "gpt-6-sol", FLAGSHIP, False, 128_000),
    Known("openai", "gpt-6-luna", FAST, True, 128_000),
    Known("openai", "gpt-6.1-terra", FAST, False, 128_000),
    Known("openai", "gpt-4.1", LEGACY, True, 32_768),
    Known("openai", "gpt-4o-mini", LEGACY, False, 16_384),
    Known("anthropic", "claude-sonnet-5-5", FLAGSHIP, True, 64_000),
    Known("anthropic", "claude-opus-5-5", FLAGSHIP, False, 64_000),
    Known("anthropic", "claude-haiku-5-5", FAST, True, 64_000),
    Known("anthropic", "claude-haiku-4-5", LEGACY, True, 64_000),
    Known("google", "gemini-4-argon", FLAGSHIP, True, 65_536),
    Known("google", "gemini-3.8-flash", FAST, False, 65_536),
    Known("google", "gemini-3.5-flash-lite", FAST, True, 65_536),
    Known("google", "gemini-2.5-pro", LEGACY, True, 65_536),
    Known("mistral", "mistral-large-latest", FLAGSHIP, True, sees=True),
    Known("mistral", "mistral-medium-latest", FLAGSHIP, False, sees=True),
    Known("mistral", "mistral-small-latest", FAST, True, sees=True),
    Known("mistral", "ministral-8b-latest", FAST, False, sees=False),
)


def listed(provider: str, name: str) -> Listed | None:
    """Prices and context of a model by the price list; None for one that it does not price."""
    import genai_prices

    usage = genai_prices.Usage(input_tokens=1_000, output_tokens=1_000)
    try:
        found = genai_prices.calc_price(usage, name, provider_id=provider)
    except LookupError:
        return None
    return Listed(
        input_micros_per_million=_micros(found.input_price),
        output_micros_per_million=_micros(found.output_price),
        context_tokens=found.model.context_window,
    )


def _micros(price_of_a_thousand: Decimal) -> int:
    micros = price_of_a_thousand * 1_000 * 1_000_000
    return int(micros.to_integral_value(ROUND_CEILING))
