"""What is special to the webhook: signatures of old and new secrets, addresses that are closed or
forbidden, and what a receiver may say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.webhooks.signing import new_secret
from publishing.channels.base import ChannelError, Connection, Outcome
from publishing.channels.webhook import SECRETS_OVERLAP, Webhook, keys_of
from publishing.forms.channel import ConnectForm
from publishing.services.accounts import keep_connection
from tests.networks.base import Stage
from tests.networks.webhook import SECRET, Receiver, stage
from tests.world import World

from .contract import draft_for, freeze

CHANNEL = Webhook()


@pytest.fixture
def staged(settings: Settings) -> Iterator[Stage]:
    with stage(settings) as found:
        yield found


def receiver(staged: Stage) -> Receiver:
    assert isinstance(staged.network, Receiver)
    return staged.network


def failure(staged: Stage) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        CHANNEL.publish(freeze(CHANNEL, staged), staged.session())
    return caught.value


def test_a_receiver_with_another_secret_asks_to_connect_again(staged: Stage) -> None:
    receiver(staged).secrets = [new_secret()]
    error = failure(staged)
    assert error.outcome is Outcome.RECONNECT
    assert "secret" in error.message
    (finding,) = CHANNEL.probe(staged.session())
    assert finding.ok is False


def test_an_address_that_is_closed_for_good_asks_for_another(staged: Stage) -> None:
    staged.network.whole_answer = "410"
    error = failure(staged)
    assert error.outcome is Outcome.RECONNECT
    assert "closed" in error.message


def test_a_redirect_is_not_followed(staged: Stage) -> None:
    staged.network.whole_answer = "302"
    error = failure(staged)
    assert error.outcome is Outcome.REFUSED
    assert "moved" in error.message


def test_after_a_change_both_secrets_are_good_for_a_day(staged: Stage) -> None:
    fresh = new_secret()
    kept = CHANNEL.succeeding(staged.vault.credentials, {"url": "", "secret": fresh})
    assert keys_of(kept, now()) == [fresh, SECRET]
    assert keys_of(kept, now() + SECRETS_OVERLAP) == [fresh]
    staged.vault.credentials = {**kept, "url": staged.vault.credentials["url"]}
    for good in ([SECRET], [fresh]):
        receiver(staged).secrets = good
        assert all(finding.ok for finding in CHANNEL.probe(staged.session()))


def test_connecting_the_same_address_again_keeps_its_account_and_the_old_secret(
    world: World, db: None
) -> None:
    fresh = new_secret()
    with org_atomic(world.id):
        first = keep_connection(
            platform="webhook", connection=_opened(SECRET), brand=None, by=None, way="form"
        )
        again = keep_connection(
            platform="webhook", connection=_opened(fresh), brand=None, by=None, way="form"
        )
        assert again.pk == first.pk
        assert again.credentials is not None
        assert keys_of(again.credentials.reveal(), now()) == [fresh, SECRET]


def _opened(secret: str) -> Connection:
    kept = {"url": "https://receiver.example/hook", "secret": secret}
    return Connection("abc", "Our own page", "receiver.example", "", "", kept)


@pytest.mark.parametrize(
    "url",
    ["http://receiver.example/", "https://10.0.0.1/", "https://[::1]/", "ftp://x.example", "hello"],
)
def test_an_address_that_posts_may_not_go_to_is_refused_at_its_field(
    settings: Settings, url: str
) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    with pytest.raises(ChannelError) as caught:
        CHANNEL.connect({"name": "Ours", "url": url, "secret": SECRET})
    assert caught.value.field == "url"


def test_an_address_that_became_private_is_not_called(staged: Stage, settings: Settings) -> None:
    settings.WARREN_ALLOW_LOOPBACK = False
    error = failure(staged)
    assert error.outcome is Outcome.REFUSED
    assert not staged.network.log


def test_a_receiver_that_has_not_got_the_secret_yet_is_connected_all_the_same(
    staged: Stage,
) -> None:
    connection = CHANNEL.connect({**staged.values, "secret": new_secret()})
    assert connection.remote_id == staged.account.remote_id


@pytest.mark.parametrize("secret", ["whsec_", "whsec_abc", "abc", "whsec_" + "QUJD" * 40])
def test_a_secret_of_another_form_is_refused(staged: Stage, secret: str) -> None:
    with pytest.raises(ChannelError) as caught:
        CHANNEL.connect({**staged.values, "secret": secret})
    assert caught.value.field == "secret"


def test_each_form_offers_a_secret_of_its_own() -> None:
    forms = [ConnectForm(asked=CHANNEL.credential_fields, brands=[]) for _ in range(2)]
    secrets = {str(form["secret"].value()) for form in forms}
    assert len(secrets) == 2
    assert all(secret.startswith("whsec_") for secret in secrets)


def test_the_receiver_names_the_post_and_a_repetition_says_the_same(staged: Stage) -> None:
    payload = freeze(CHANNEL, staged, draft_for(CHANNEL, staged, link="https://harbour.example/"))
    first = CHANNEL.publish(payload, staged.session())
    with time_machine.travel(now() + timedelta(hours=5), tick=True):
        assert CHANNEL.publish(payload, staged.session()) == first
    assert first.url == f"https://receiver.example/{payload['key']}"
    bodies = {request.body for request in staged.network.log}
    assert len(bodies) == 1
    assert len({request.headers["webhook-timestamp"] for request in staged.network.log}) == 2
