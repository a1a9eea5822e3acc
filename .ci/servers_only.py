"""A pytest plugin: leaves out what asks neither PostgreSQL nor Redis, since other servers cannot
change its outcome."""

import pytest

ASKS_THE_DATABASE = {"db", "transactional_db", "world", "django_db_setup"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _asks_a_server(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _asks_a_server(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        item.get_closest_marker("django_db")
        or fixtures & ASKS_THE_DATABASE
        or "redis" in item.path.read_text("utf-8").lower()
    )
