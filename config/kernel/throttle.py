"""How often something may happen: one exact count for all processes, kept in Redis.

The generic cell rate algorithm keeps one number a key: the moment from which the allowance is whole
again. A call is let through if that moment, moved on by its cost, lies at most one period ahead. So
`limit` calls may come at once, and then one each `per_seconds / limit`; no window starts anew in
which twice as many fit. It runs as a script inside Redis, by its clock, so that no two processes
read the same number. Source: the ITU's I.371 (GCRA), read 2026-11.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from typing import Final

from django.conf import settings
from redis import Redis, RedisError
from redis.commands.core import Script

from .errors import TooMany, Unavailable

log = logging.getLogger(__name__)

# Times in millionths of a second; they stay exact in a double until the year 2255.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local step, limit, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
if full < now then full = now end
local later = full + step * cost
if later - now > step * limit then
  return string.format('%.0f', later - now - step * limit)
end
redis.call('SET', KEYS[1], string.format('%.0f', later), 'PX', math.ceil((later - now) / 1000))
return '0'
"""

# Names of all keys begin with it; each test takes another.
space: str = "warren"


def throttle(
    name: str,
    key: str,
    *,
    limit: int,
    per_seconds: float,
    cost: int = 1,
    fail_open: bool = False,
) -> None:
    """Count one act of somebody, or refuse it.

    `name` says what is counted ("export"), `key` for whom: an id or an address, of which Redis sees
    only a hash. A refused act is not counted. Raises TooMany with `retry_after` in seconds, after
    which exactly this act passes; Unavailable if Redis is away, unless `fail_open`.
    """
    if not 0 < cost <= limit:
        raise ValueError(f"{name}: an act that costs {cost} never passes a limit of {limit}.")
    step = max(1, int(per_seconds * 1_000_000 / limit))
    try:
        wait = _script(settings.CACHES["default"]["LOCATION"])(
            keys=[_key(name, key)], args=[step, limit, cost]
        )
    except RedisError as error:
        if fail_open:
            log.warning("throttle_away", extra={"throttle": name})
            return
        raise Unavailable(
            "Warren cannot count requests now, so it takes none of this kind. Try again in a "
            "minute.",
            code="throttle_away",
            retry_after=60,
        ) from error
    if seconds := int(wait) / 1_000_000:
        raise TooMany(
            f"That was more than is allowed at once. Wait {_in_words(seconds)} and try again; "
            "nothing was done this time.",
            code="throttled",
            retry_after=seconds,
        )


def forget(name: str, key: str) -> None:
    """Start a count anew, for instance after a sign-in that worked."""
    _redis(settings.CACHES["default"]["LOCATION"]).delete(_key(name, key))


def _key(name: str, key: str) -> str:
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{space}:throttle:{name}:{digest}"


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)


@cache
def _script(url: str) -> Script:
    return _redis(url).register_script(_SCRIPT)


def _in_words(seconds: float) -> str:
    if seconds < 90:
        count, unit = max(1, round(seconds)), "second"
    elif seconds < 5400:
        count, unit = round(seconds / 60), "minute"
    else:
        count, unit = round(seconds / 3600), "hour"
    return f"{count} {unit}" + ("" if count == 1 else "s")
