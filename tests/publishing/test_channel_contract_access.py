"""The way into an account and the keeping of it, on every channel: forms, consent with state and
PKCE, scopes by name, renewal that happens once and loses nothing, and what the doctor says."""

from __future__ import annotations

import json
import threading
from typing import Any
from urllib.parse import unquote

import pytest

from publishing.channels.base import (
    Authorizes,
    Channel,
    ChannelError,
    Connection,
    Connects,
    Finding,
    Hosts,
    Outcome,
    Payload,
    Probes,
    Renews,
)
from publishing.channels.oauth import OAuthChannel, challenge
from tests.networks.base import Stage, query_of
from tests.peers.sessions import MemorySession

from .contract import as_oauth, draft_for, freeze, publish, skip_if_exempt
from .test_channel_contract import SECRET_NAMES, secrets_of

pytestmark = pytest.mark.django_db

STATE = "the-state-of-this-attempt"
CALLBACK = "https://warren.example/hooks/networks/callback/"
NONSENSE = ("page", "empty", "500", "odd", "list")
THREADS = 20


# By a form


def test_connecting_by_form_opens_the_account(channel: Channel, stage: Stage) -> None:
    if isinstance(channel, Connects):
        assert set(stage.values) <= {field.name for field in channel.credential_fields}
        _is_whole(channel, stage, channel.connect(stage.values))


def test_what_is_missing_in_the_form_is_named(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Connects):
        return
    needed = [
        field.name for field in channel.credential_fields if field.required and not field.default
    ]
    for name in needed:
        with pytest.raises(ChannelError) as caught:
            channel.connect({**stage.values, name: "  "})
        assert caught.value.field == name
        assert caught.value.message.endswith(".")


def test_every_field_of_a_form_can_be_filled_in(channel: Channel) -> None:
    for field in (*channel.credential_fields, *channel.option_fields):
        assert field.label
        assert not field.help or field.help.endswith(".")
        assert not field.secret or not field.default
        assert not field.choices or field.default in {"", *(value for value, _ in field.choices)}


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_server_that_speaks_nonsense_is_told_to_who_connects(
    channel: Channel, stage: Stage, nonsense: str
) -> None:
    if isinstance(channel, Connects):
        skip_if_exempt(stage, "faults", "connect")
        stage.network.whole_answer = nonsense
        with pytest.raises(ChannelError) as caught:
            channel.connect(stage.values)
        assert caught.value.message.endswith(".")
        for value in _typed_secrets(channel, stage):
            assert value not in f"{caught.value.message} {caught.value.extra}"


# By consent


def test_the_address_of_consent_carries_state_and_challenge_and_no_secret(
    channel: Channel, stage: Stage
) -> None:
    if not isinstance(channel, Authorizes):
        return
    authorization = _authorization(channel, stage)
    address = unquote(unquote(authorization.url))
    assert json.loads(json.dumps(authorization.kept)) == authorization.kept
    for secret in (*secrets_of(stage), str(authorization.kept.get("verifier") or "none kept")):
        assert secret not in address
    skip_if_exempt(stage, "pkce")
    assert STATE in address
    assert CALLBACK in address
    if (platform := as_oauth(channel)) is not None:
        _asks_properly(platform, query_of(authorization.url))
        other = _authorization(channel, stage)
        assert not platform.pkce or other.kept["verifier"] != authorization.kept["verifier"]


def test_consent_opens_the_account(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Authorizes):
        return
    asked = _authorization(channel, stage)
    query = query_of(asked.url)
    connections = _accept(channel, stage, asked)
    assert connections
    assert len({each.remote_id for each in connections}) == len(connections)
    for connection in connections:
        _is_whole(channel, stage, connection)
    platform = as_oauth(channel)
    if platform and platform.pkce and "pkce" not in stage.exempt:
        assert query["code_challenge"] in {
            challenge(verifier, platform.pkce)
            for request in stage.network.log
            if (verifier := _verifier(request))
        }


def test_without_the_operators_app_nobody_is_sent_away(channel: Channel, stage: Stage) -> None:
    if isinstance(channel, Authorizes) and channel.needs_app:
        with pytest.raises(ChannelError) as caught:
            channel.authorization(values=stage.values, state=STATE, redirect_uri=CALLBACK, app=None)
        assert caught.value.code == "no_app"


def test_denied_consent_is_told_and_asks_nothing(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Authorizes):
        return
    asked = _authorization(channel, stage)
    calls = len(stage.network.log)
    for answer in ({"error": "access_denied", "state": STATE}, {"state": STATE}):
        with pytest.raises(ChannelError) as caught:
            channel.accept(answer, asked.kept, redirect_uri=CALLBACK, app=stage.app)
        assert caught.value.message.endswith(".")
        assert not caught.value.ambiguous
    assert len(stage.network.log) == calls


def test_a_scope_that_was_not_granted_is_named(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Authorizes) or not channel.scopes:
        return
    skip_if_exempt(stage, "scopes")
    for scope in channel.scopes:
        stage.network.withheld = {scope}
        with pytest.raises(ChannelError) as caught:
            _accept(channel, stage, _authorization(channel, stage))
        assert scope in caught.value.message


def test_a_code_that_is_refused_is_told(channel: Channel, stage: Stage) -> None:
    if isinstance(channel, OAuthChannel):
        stage.network.renewal_faults.append("invalid_grant")
        with pytest.raises(ChannelError) as caught:
            _accept(channel, stage, _authorization(channel, stage))
        assert not stage.network.renewal_faults, "mark the token endpoint with renews=True"
        assert caught.value.message.endswith(".")


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_after_consent_is_told(channel: Channel, stage: Stage, nonsense: str) -> None:
    if isinstance(channel, OAuthChannel):
        asked = _authorization(channel, stage)
        answer = _answer(stage, asked.url)
        stage.network.whole_answer = nonsense
        with pytest.raises(ChannelError) as caught:
            channel.accept(answer, asked.kept, redirect_uri=CALLBACK, app=stage.app)
        assert caught.value.message.endswith(".")


# Keeping it


def _renewing(channel: Channel, stage: Stage) -> Renews | None:
    """The channel, if this access can be renewed; one that cannot must not end."""
    kept, platform = stage.vault.credentials, as_oauth(channel)
    if platform is not None and not platform.can_renew(kept):
        assert not kept.get("expires_at"), f"nothing renews {channel.slug} before it ends"
        return None
    return channel if isinstance(channel, Renews) else None


def test_twenty_workers_renew_once(channel: Channel, stage: Stage) -> None:
    if (renewing := _renewing(channel, stage)) is None:
        return
    sessions = [stage.session() for _ in range(THREADS)]
    before = dict(stage.vault.credentials)
    errors: list[BaseException] = []

    def work(session: Any) -> None:
        try:
            renewing.renew(session)
        except ChannelError as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert stage.network.renewals == 1, "mark the token endpoint with renews=True"
    assert stage.vault.saves == 1
    assert stage.vault.credentials != before
    if "publish" not in stage.exempt:
        publish(channel, stage, freeze(channel, stage))


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(
    channel: Channel, stage: Stage
) -> None:
    renewing = _renewing(channel, stage)
    if renewing and stage.vault.credentials.get("refresh_token"):
        before = stage.vault.credentials["refresh_token"]
        stage.network.renewal_faults.append("no_refresh")
        renewing.renew(stage.session())
        assert stage.vault.credentials["refresh_token"] == before
        assert stage.vault.credentials["access_token"]


@pytest.mark.parametrize("fault", ["reset", "500", "empty", "page"])
def test_a_fault_of_the_network_disconnects_nobody(
    channel: Channel, stage: Stage, fault: str
) -> None:
    if (renewing := _renewing(channel, stage)) is not None:
        before = dict(stage.vault.credentials)
        stage.network.renewal_faults.append(fault)
        with pytest.raises(ChannelError) as caught:
            renewing.renew(stage.session())
        assert caught.value.outcome is Outcome.NOT_SENT
        assert stage.vault.credentials == before


def test_a_refused_renewal_asks_to_connect_again(channel: Channel, stage: Stage) -> None:
    if (renewing := _renewing(channel, stage)) is not None:
        before = dict(stage.vault.credentials)
        stage.network.renewal_faults.append("invalid_grant")
        with pytest.raises(ChannelError) as caught:
            renewing.renew(stage.session())
        assert caught.value.outcome is Outcome.RECONNECT
        assert stage.vault.credentials == before


def test_access_that_ended_is_renewed_in_mid_post(channel: Channel, stage: Stage) -> None:
    refreshes = stage.vault.credentials.get("refresh_token")
    if isinstance(channel, Renews) and refreshes and "publish" not in stage.exempt:
        stage.network.ended.add(stage.vault.credentials["access_token"])
        publish(channel, stage, freeze(channel, stage))
        assert len(stage.posts()) == 1
        assert stage.network.renewals == 1


def test_twenty_posts_at_the_end_of_a_token_renew_it_once(channel: Channel, stage: Stage) -> None:
    kept = stage.vault.credentials
    if not _renewing(channel, stage) or not kept.get("refresh_token") or "publish" in stage.exempt:
        return
    texts = [f"Mast number {number} is up." for number in range(THREADS)]
    payloads = [freeze(channel, stage, draft_for(channel, stage, text), key=text) for text in texts]
    sessions = [stage.session() for _ in texts]
    stage.network.ended.add(kept["access_token"])
    errors: list[ChannelError] = []

    def work(payload: Payload, session: MemorySession) -> None:
        try:
            publish(channel, stage, payload, session)
        except ChannelError as error:
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=each) for each in zip(payloads, sessions, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(stage.posts()) == THREADS
    assert stage.network.renewals == 1


# The doctor


def test_the_doctor_finds_a_sound_account_sound(channel: Channel, stage: Stage) -> None:
    if isinstance(channel, Probes):
        before = len(stage.posts())
        findings = channel.probe(stage.session())
        assert findings
        for finding in findings:
            _is_a_sentence(finding)
            assert finding.ok is not False, finding
        assert any(finding.ok for finding in findings)
        assert len(stage.posts()) == before


def test_the_doctor_names_a_scope_that_is_missing(channel: Channel, stage: Stage) -> None:
    if not isinstance(channel, Probes) or not channel.scopes:
        return
    skip_if_exempt(stage, "scopes")
    scope = channel.scopes[-1]
    stage.network.withheld = {scope}
    told = stage.vault.credentials.get("scope")
    if isinstance(told, str):
        left = [each for each in told.replace(",", " ").split() if each != scope]
        stage.vault.credentials["scope"] = " ".join(left)
    findings = [each for each in channel.probe(stage.session()) if each.ok is False]
    assert any(scope in f"{each.says} {each.mend}" for each in findings)
    for finding in findings:
        _is_a_sentence(finding)


def test_the_doctor_says_that_access_has_ended(channel: Channel, stage: Stage) -> None:
    """By a finding, or by the error that asks to connect again."""
    if not isinstance(channel, Probes) or "faults" in stage.exempt:
        return
    stage.network.whole_answer = "401"
    try:
        findings = channel.probe(stage.session())
    except ChannelError as error:
        assert error.reconnect
    else:
        wrong = [each for each in findings if each.ok is False]
        assert wrong
        for finding in wrong:
            _is_a_sentence(finding)


def _is_a_sentence(finding: Finding) -> None:
    assert finding.check
    assert finding.says.endswith("."), finding
    assert (finding.ok is False) <= finding.mend.endswith("."), finding


def _is_whole(channel: Channel, stage: Stage, connection: Connection) -> None:
    assert connection.remote_id
    assert connection.name
    assert connection.profile_url.startswith(("https://", "http://", "/")) or not (
        connection.profile_url
    )
    json.dumps({**connection.credentials, **connection.settings})
    assert connection.credentials or isinstance(channel, Hosts) or "connect" in stage.exempt
    shown = f"{connection.remote_id} {connection.name} {connection.handle} {connection.settings} "
    shown += f"{connection.profile_url} {connection.avatar_url} {connection.server}"
    kept = [
        value
        for name, value in connection.credentials.items()
        if isinstance(value, str) and len(value) > 5 and SECRET_NAMES.search(name)
    ]
    for secret in (*kept, *_typed_secrets(channel, stage)):
        assert secret not in shown


def _typed_secrets(channel: Channel, stage: Stage) -> list[str]:
    secret = {field.name for field in channel.credential_fields if field.secret}
    return [value for name, value in stage.values.items() if name in secret and value]


def _authorization(channel: Any, stage: Stage) -> Any:
    return channel.authorization(
        values=stage.values, state=STATE, redirect_uri=CALLBACK, app=stage.app
    )


def _answer(stage: Stage, address: str) -> Any:
    assert stage.answer is not None, "the stage needs answer: what comes back after consent"
    return stage.answer(query_of(address))


def _accept(channel: Any, stage: Stage, asked: Any) -> tuple[Connection, ...]:
    kept = json.loads(json.dumps(asked.kept))
    connections: tuple[Connection, ...] = channel.accept(
        _answer(stage, asked.url), kept, redirect_uri=CALLBACK, app=stage.app
    )
    return connections


def _asks_properly(channel: OAuthChannel, query: dict[str, str]) -> None:
    assert query["state"] == STATE
    assert query["redirect_uri"] == CALLBACK
    assert query["response_type"] == "code"
    for scope in channel.scopes:
        assert scope in query["scope"].replace(",", " ").split()
    if channel.pkce:
        assert query["code_challenge_method"] == "S256"
        assert len(query["code_challenge"]) >= 43


def _verifier(request: Any) -> str:
    if request.method != "POST":
        return ""
    if "json" in request.headers.get("content-type", ""):
        return str(request.json.get("code_verifier", ""))
    return str(request.form.get("code_verifier", ""))
