"""What a network is told of us, and what a channel is told of an account: addresses, app, facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from config.kernel.addresses import is_loopback
from organizations.services.app_settings import Declared, app_settings, setting
from publishing.channels.base import AccountFacts, AppKeys, Channel, ChannelError
from publishing.channels.registry import channels
from publishing.models import SocialAccount

FILE_SECONDS = 6 * 3600
"""How long a network may fetch a picture or video that it was pointed at."""

_FILES = signing.TimestampSigner(salt="publishing.shared_file")


def account_facts(account: SocialAccount) -> AccountFacts:
    """What a channel may know of the account without a secret."""
    return AccountFacts(
        remote_id=account.remote_id,
        handle=account.handle,
        server=account.server,
        settings=account.settings,
    )


def app_name(channel: Channel) -> str:
    """Under which name the operator keeps the installation's app at a network."""
    return channel.app_name or channel.slug


def app_keys(platform: str) -> AppKeys | None:
    """The installation's app at a network; None while its operator has entered none."""
    channel = channels.get(platform)
    if channel is None or not channel.needs_app:
        return None
    name = app_name(channel)
    client_id = str(setting(f"{name}_client_id"))
    secret = setting(f"{name}_client_secret")
    return AppKeys(client_id, secret.reveal() if secret else "") if client_id else None


def declare_apps() -> None:
    """Let operators enter the apps of every network that wants one, or give them by environment:
    WARREN_CHANNEL_OPTIONS with `<name>.client_id` and `<name>.client_secret`."""
    for declared in declared_apps(list(channels.values())):
        app_settings.register(declared.key, declared)


def declared_apps(among: Iterable[Channel]) -> Iterator[Declared]:
    """The settings that hold the apps of these channels; channels that share one name it once."""
    labels: dict[str, list[str]] = {}
    for channel in among:
        if channel.needs_app:
            labels.setdefault(app_name(channel), []).append(channel.label)
    for name, named in labels.items():
        for part, words in (("client_id", "Id"), ("client_secret", "Secret")):
            yield Declared(
                f"{name}_{part}",
                "text",
                "",
                f"{words} of this installation's app at {' and '.join(named)}.",
                is_secret=part == "client_secret",
                environment=partial(_option, f"{name}.{part}"),
            )


def _option(name: str) -> str | None:
    given = settings.WARREN_CHANNEL_OPTIONS.get(name)
    return str(given) if given else None


def callback_address(channel: Channel) -> str:
    """Where a network sends people back to; it stands in the app's settings there."""
    name = channel.callback_name or channel.slug
    return f"{settings.WARREN_BASE_URL}{reverse('networks:callback', args=[name])}"


def public_address(reference: str) -> str:
    """A public address of one stored file, good for FILE_SECONDS, for networks that fetch.

    Raises ChannelError (refused) where nobody outside can reach this installation.
    """
    base = str(settings.WARREN_BASE_URL)
    host = urlsplit(base).hostname or ""
    if (host == "localhost" or is_loopback(host)) and not settings.WARREN_ALLOW_LOOPBACK:
        raise ChannelError(
            "This network fetches pictures and videos from Warren, and it cannot reach this "
            "installation. Its operator has to set WARREN_BASE_URL to a public address.",
            permanent=True,
            code="no_public_address",
        )
    # The file's name comes last: some networks tell what it is by its ending.
    mark = _FILES.sign(reference).removeprefix(f"{reference}{_FILES.sep}")
    return f"{base}{reverse('networks:file', args=[f'{mark}/{reference}'])}"


def file_of_address(signed: str) -> tuple[UUID, str] | None:
    """(organization, file) that an address of ours points at; None if it is not ours or ended."""
    mark, _, reference = signed.partition("/")
    try:
        _FILES.unsign(f"{reference}{_FILES.sep}{mark}", max_age=FILE_SECONDS)
    except signing.BadSignature:
        return None
    return UUID(reference.partition("/")[0]), reference
