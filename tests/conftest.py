"""Fixtures of every test. The database's stand in databases.py, the limits in limits.py."""

from __future__ import annotations

import os

# Playwright runs an event loop in the test's thread, and Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests.databases import (  # noqa: E402
    _around_the_transaction,
    _django_db_helper,
    django_db_modify_db_settings,
    django_db_setup,
    world,
)
from tests.limits import (  # noqa: E402
    _agents_options_start_afresh,
    _nobody_sleeps,
    _sockets_stay_on_this_machine,
    _stops_start_afresh,
    _throttles_start_afresh,
)
from tests.peers.fixtures import (  # noqa: E402
    _fake_server,
    atproto,
    fake_atproto,
    real_atproto,
    real_wordpress,
)

__all__ = [
    "_agents_options_start_afresh",
    "_around_the_transaction",
    "_fake_server",
    "_django_db_helper",
    "_nobody_sleeps",
    "_sockets_stay_on_this_machine",
    "_stops_start_afresh",
    "_throttles_start_afresh",
    "atproto",
    "django_db_modify_db_settings",
    "django_db_setup",
    "fake_atproto",
    "real_atproto",
    "real_wordpress",
    "world",
]


# The same examples on every machine, however slow it is; `HYPOTHESIS_PROFILE=search` looks for new
# ones, which then become examples or parameters of their own.
hypothesis.settings.register_profile(
    "warren",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "warren"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes by their length: parallel processes must name a case alike, also a compressed one,
    which carries the second in which it was made."""
    return f"{argname}_{len(val)}_bytes" if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes runs when it is asked for by its mark."""
    if "fuzz" not in str(config.option.markexpr):
        left_out = [item for item in items if item.get_closest_marker("fuzz")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
