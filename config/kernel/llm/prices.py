"""What a call may cost at most, and what it did cost, in millionths of a dollar.

The price list comes with genai-prices and is never refreshed over the network. A model that it does
not know is refused before the call, because a limit on an unknown price is no limit, unless the
route is marked free or brings its own price.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from config.kernel.llm.errors import ModelMisconfigured
from config.kernel.llm.routes import Route
from config.kernel.llm.spec import Usage

# Tokens are at least two bytes of UTF-8 on average in every script we met, so this overstates.
BYTES_PER_TOKEN = 2
# The output's schema, the provider's own frame around it, and the repair turn's error message.
OVERHEAD_TOKENS = 1_000

_LISTED = {"openai", "anthropic", "google", "mistral", "openrouter"}


def worst_case_micros(route: Route, *, prompt_bytes: int, max_tokens: int, requests: int) -> int:
    """Upper bound for so many requests, each with the whole prompt and a full answer.

    A repair turn sends the first answer again, so the answer counts as input too. Writing to the
    provider's cache can cost more than plain input, so the dearer of both is taken. Raises
    ModelMisconfigured when the price is unknown.
    """
    into = prompt_bytes // BYTES_PER_TOKEN + OVERHEAD_TOKENS + (max_tokens if requests > 1 else 0)
    plain = Usage(input_tokens=into, output_tokens=max_tokens)
    written = replace(plain, cache_write_tokens=into)
    return requests * max(cost_micros(route, plain), cost_micros(route, written))


def cost_micros(route: Route, usage: Usage) -> int:
    """Rounded up to a whole millionth. Raises ModelMisconfigured when the price is unknown."""
    if route.is_free:
        return 0
    if route.price:
        product = (
            usage.input_tokens * route.price.input_micros_per_million
            + usage.output_tokens * route.price.output_micros_per_million
        )
        return -(-product // 1_000_000)
    return _listed_micros(route, usage)


def _listed_micros(route: Route, usage: Usage) -> int:
    import genai_prices

    if route.provider not in _LISTED:
        raise _unknown(route)
    tokens = genai_prices.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        price = genai_prices.calc_price(tokens, route.model, provider_id=route.provider)
    except LookupError:
        raise _unknown(route) from None
    return int((price.total_price * Decimal(1_000_000)).to_integral_value(ROUND_CEILING))


def _unknown(route: Route) -> ModelMisconfigured:
    return ModelMisconfigured(
        f"The price of {route.model} at {route.provider} is unknown, so no budget could hold it. "
        "Mark the model as free if nobody is billed for it, give its price, or choose another.",
        code="model_price_unknown",
    )
