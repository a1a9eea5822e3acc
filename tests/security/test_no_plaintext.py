"""A planted secret is looked for everywhere but in the one place where it may be read."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import pickle
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.db import connections, models
from django.forms.models import model_to_dict
from django.test import Client
from pytest_django import Settings
from redis import Redis

from config import servers, supervisor
from config.kernel.fields import EncryptedJSON, encrypted_fields
from config.kernel.scoping import org_atomic, unscoped
from config.kernel.tasks import OrgTask, hint
from config.kernel.vault import Secret
from config.logs import hide_secrets, logging_to_stderr
from publishing.delivery import ledger
from publishing.models import Delivery, DeliveryState
from tests.every import fill_empty_tables, offered_account
from tests.house.test_urls import INSIDE, sign_in, url_of
from tests.publishing.deliveries import account_on, due_delivery, test_channels
from tests.publishing.platform import Platform
from tests.rows import one_of_each
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "operator"])

CANARY = "planted-9c41d7e2-canary"
FORMS = [
    CANARY.encode(),
    CANARY.encode().hex().encode(),
    b64encode(CANARY.encode()).rstrip(b"="),
    b64encode(b"x" + CANARY.encode())[2:-4],
    b64encode(b"xx" + CANARY.encode())[4:-4],
]


# Keyword of an address -> the id that stands in it.
world_ids: dict[str, Any] = {}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """Everything that any logger says, down to DEBUG, as production writes it."""
    stream = io.StringIO()
    built = logging_to_stderr("DEBUG", as_json=True)["formatters"]["lines"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(built["()"](**{k: v for k, v in built.items() if k != "()"}))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def planted(world: World) -> list[models.Model]:
    """A row in every table, and the canary in every encrypted column of each."""
    world_ids.clear()
    world_ids.update(one_of_each(world))
    fill_empty_tables(world.id, world.owner, "harmless")
    rows: list[models.Model] = []
    for model, name in encrypted_fields():
        with org_atomic(world.id), unscoped("test"):
            for row in model._base_manager.all():
                if str(getattr(row, "organization_id", "")) == str(world.foreign.id):
                    continue
                is_json = isinstance(model._meta.get_field(name), EncryptedJSON)
                secret = (
                    {"password": CANARY, "url": "https://network.example/"} if is_json else CANARY
                )
                setattr(row, name, [offered_account(CANARY)] if name == "offered" else secret)
                row.save()
                rows.append(row)
    assert {type(row)._meta.db_table for row in rows} == {
        model._meta.db_table for model, _ in encrypted_fields()
    }
    return rows


def test_the_secret_is_in_no_table_log_message_or_process(
    world: World, planted: list[models.Model], log: io.StringIO, settings: Settings
) -> None:
    settings.WARREN_DELIVERY_THREADS = 0
    deliver(world)
    fail_a_task(world)
    assert hint(celery_task(), str(world.id), str(world.brand.pk))
    client = Client(raise_request_exception=False)
    client.force_login(world.owner)
    assert broken_page(client, world).status_code == 500
    found = [
        *(f"table {name}" for name, content in tables() if has_canary(content)),
        *(f"redis {key!r}" for key, content in redis_values() if has_canary(content)),
        *(f"process {pid}" for pid, line in command_lines() if has_canary(line)),
    ]
    if has_canary(log.getvalue().encode()):
        found += [line for line in log.getvalue().splitlines() if has_canary(line.encode())]
    assert "planted_task" in log.getvalue() and "RuntimeError" in log.getvalue()
    assert found == []


def test_no_page_shows_it(world: World, planted: list[models.Model]) -> None:
    owner = sign_in(world.owner)
    shown = []
    for address in INSIDE:
        if "GET" in address.methods:
            page = owner.get(url_of(address, world.organization.slug, world_ids))
            shown += [address.name] if has_canary(body_of(page)) else []
    staff = get_user_model().objects.create_superuser(email="staff@example.com", password=PASSWORD)
    desk = sign_in(staff)
    for row in planted:
        start = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
        for path in (start, f"{start}{row.pk}/change/", f"{start}?q=planted"):
            shown += [path] if has_canary(body_of(desk.get(path))) else []
    assert shown == []


def test_a_page_that_breaks_tells_nothing(world: World, planted: list[models.Model]) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.owner)
    page = broken_page(client, world)
    assert page.status_code == 500
    text = page.content.decode()
    assert not has_canary(page.content)
    assert "Traceback" not in text and "RuntimeError" not in text and "site-packages" not in text


def test_a_row_that_is_printed_copied_or_packed_does_not_show_it(
    planted: list[models.Model],
) -> None:
    for row in planted:
        stored = type(row)._base_manager.using("operator").get(pk=row.pk)
        for each in (row, stored):
            shown = [repr(each), str(each), repr(vars(each)), repr(model_to_dict(each))]
            shown += [serializers.serialize("json", [each], use_natural_primary_keys=False)]
            shown += [json.dumps(vars(each), default=str)]
            try:
                shown.append(repr(pickle.dumps(each)))
            except TypeError as error:
                shown.append(str(error))
            assert not any(has_canary(text.encode()) for text in shown), type(each)


def test_nothing_that_starts_a_process_names_a_secret() -> None:
    known = [django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS]
    known += Path(django_settings.WARREN_MASTER_KEY_FILE).read_text().split()
    known += [str(each["PASSWORD"]) for each in django_settings.DATABASES.values()]
    known = [each for each in known if len(each) > 8]
    commands = [
        " ".join(command)
        for command in (
            supervisor.web_command("127.0.0.1:1"),
            supervisor.worker_command(),
            supervisor.beat_command(),
        )
    ]
    commands += [line.decode("utf-8", "replace") for _, line in command_lines()]
    assert len(commands) > 5
    assert not [command for command in commands if any(each in command for each in known)]


def test_the_servers_log_no_statement() -> None:
    wanted = {
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
    }
    assert {name: servers.POSTGRES_SETTINGS[name] for name in wanted} == wanted
    with connections["operator"].cursor() as cursor:
        for name in ("log_statement", "log_min_duration_statement"):
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (wanted[name],)


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ({"event": "x", "password": CANARY}, {}),
        ({"event": "x", "api_key": CANARY, "token_count": 5}, {"token_count": 5}),
        ({"event": f"Authorization: Bearer {CANARY}"}, {}),
        ({"event": "x", "headers": {"authorization": CANARY, "accept": "*/*"}}, {}),
        ({"event": "x", "secret_hint": "sk-****1234"}, {"secret_hint": "sk-****1234"}),
        ({"event": "The token has expired."}, {"event": "The token has expired."}),
    ],
)
def test_the_log_hides_what_is_called_a_secret(event: dict[str, Any], kept: dict[str, Any]) -> None:
    said = hide_secrets(None, "info", dict(event))
    assert CANARY not in repr(said)
    assert {name: said[name] for name in kept} == kept


# -- What happens --------------------------------------------------------------------------------


def deliver(world: World) -> None:
    """Two posts with the canary as their accounts' password: one goes out, one cannot."""
    with test_channels(), Platform() as platform:
        server, _ = platform.join()
        with org_atomic(world.id):
            brand, token = world.brand, {"access": CANARY, "refresh": CANARY}
            good = due_delivery(brand, account_on(brand, "test_a", server, dict(token)))
            nowhere = "http://127.0.0.1:1/x"
            away = due_delivery(brand, account_on(brand, "test_d", nowhere, dict(token)))
        with org_atomic(world.id):
            ledger.deliver(delivery_ids=[good.pk, away.pk])
    with org_atomic(world.id):
        states = dict(Delivery.objects.values_list("pk", "state"))
    assert states[good.pk] == DeliveryState.PUBLISHED
    assert states[away.pk] != DeliveryState.PUBLISHED


def fail_a_task(world: World) -> None:
    planted_task()(str(world.id))


def planted_task() -> Any:
    class Planted(OrgTask):
        name = "planted_task"

        def run(self, organization_id: str) -> None:
            with org_atomic(UUID(organization_id)):
                from publishing.models import SocialAccount

                secret = SocialAccount.objects.exclude(credentials=None).first()
                assert secret is not None
                password = secret.credentials.reveal()
                raise RuntimeError(f"broken with {len(password)} and {secret.credentials}")

    return Planted()


def celery_task() -> Any:
    from content.tasks import analyse

    return analyse


def broken_page(client: Client, world: World) -> Any:
    def break_it(*_: Any, **__: Any) -> Any:
        password, secret = CANARY, Secret(CANARY)
        raise RuntimeError(f"broken with {len(password)} and {secret}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("content.views.materials.paginate", break_it)
        return client.get(f"{world.path}/materials/")


# -- Where it could be ---------------------------------------------------------------------------


def has_canary(content: bytes) -> bool:
    return any(form in content for form in FORMS)


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def tables() -> Iterator[tuple[str, bytes]]:
    """Every table whole, as the operator copies it."""
    with connections["operator"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        assert len(names) > 50
        for name in names:
            with cursor.copy(f'COPY (SELECT * FROM "{name}") TO STDOUT') as copy:
                yield name, b"".join(bytes(block) for block in copy)


def redis_values() -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of the cache and of the broker, by the commands of their kinds."""
    reads: dict[bytes, Callable[[Any, bytes], Any]] = {
        b"string": lambda r, k: [r.get(k)],
        b"hash": lambda r, k: [part for pair in r.hgetall(k).items() for part in pair],
        b"list": lambda r, k: r.lrange(k, 0, -1),
        b"set": lambda r, k: r.smembers(k),
        b"zset": lambda r, k: r.zrange(k, 0, -1),
    }
    count = 0
    for url in (
        django_settings.CACHES["default"]["LOCATION"],
        re.sub(r"^redis\+socket://", "unix://", django_settings.CELERY_BROKER_URL).replace(
            "virtual_host=", "db="
        ),
    ):
        redis = Redis.from_url(url)
        for key in redis.scan_iter("*"):
            kind = redis.type(key)
            for value in [key, *(reads[kind](redis, key) if kind in reads else [])]:
                count += 1
                yield key, bytes(value or b"")
    assert count > 2


def command_lines() -> Iterator[tuple[str, bytes]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.parent.name, path.read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
