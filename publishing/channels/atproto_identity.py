"""Who an account of the AT Protocol is, and which servers may speak for it.

An account is a DID. Its document, which stands in a directory or on the account's own domain and on
no server of the network, names the account's handle and the server of its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from config.kernel import clock

from .atproto_signin import DID
from .errors import TRANSPORT_ERRORS, ChannelError, RetryTable
from .rest import Rest, dig
from .servers import is_loopback, is_same_server, misfit, server_address


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an account is, and on which server its data stand."""

    did: str
    handle: str
    server: str


@dataclass(frozen=True, slots=True)
class Identities:
    """What is publicly known of accounts, for one network of this protocol."""

    http: httpx2.Client
    label: str
    directory: str
    """Where documents of did:plc stand."""

    def identify(self, handle: str, resolver: str) -> Identity:
        """The account behind a handle, proven from both ends: the handle names the DID, and the
        DID's own document names the handle."""
        did = handle if DID.match(handle) else self._did_of(handle, resolver)
        document = self._document(did)
        names = dig(document, "alsoKnownAs")
        known = [str(name) for name in names] if isinstance(names, list) else []
        if not DID.match(handle) and f"at://{handle}" not in known:
            raise misfit(
                f"{handle} points at an account that does not call itself so. Check the handle.",
                "handle",
            )
        own = handle if not DID.match(handle) else (known or [""])[0].removeprefix("at://")
        return Identity(did, own, self._data_server(document, own or did))

    def require_home(self, did: str, server: str) -> None:
        """Refuse a server that opened an account which is not its own: it could be anybody's.

        The account's document says which server is its own, and that one may leave signing in to
        another: accounts of Bluesky's company live on *.host.bsky.network, and bsky.social, which
        their document does not name, opens them. Each of those hosts says so where it names its
        authorization server. The document that a server sends with a session proves nothing, and
        servers send none unless they are told to.
        Raises ChannelError with `field`; a retry helps where somebody did not answer.
        """
        home = self._data_server(self._document(did), did)
        if is_same_server(home, server) or is_same_server(self.issuer_of(home), server):
            return
        raise misfit(
            f"This account of {self.label} lives on {home}, and {server} cannot speak for it. "
            f"Write {home} as the server.",
            "server",
        )

    def issuer_of(self, server: str) -> str:
        """Where people sign in for a data server: often on that server itself."""
        said = self.look(f"{server}/.well-known/oauth-protected-resource")
        return server_address(str(dig(said, "authorization_servers", 0) or ""), server)

    def _did_of(self, handle: str, resolver: str) -> str:
        address = f"{resolver}/xrpc/com.atproto.identity.resolveHandle"
        found = self.look(address, {"handle": handle})
        did = dig(found, "did")
        if not isinstance(did, str) and not is_loopback(resolver):
            did = self._text(f"https://{handle}/.well-known/atproto-did")
        if not isinstance(did, str) or not DID.match(did):
            raise misfit(
                f"Nobody is called {handle} on {self.label}. Check the handle, for example "
                "name.bsky.social.",
                "handle",
            )
        return did

    def _document(self, did: str) -> Any:
        if did.startswith("did:web:"):
            host = did.removeprefix("did:web:")
            return self.look(f"https://{host}/.well-known/did.json")
        return self.look(f"{self.directory}/{did}")

    def _data_server(self, document: Any, who: str) -> str:
        services = dig(document, "service")
        for each in services if isinstance(services, list) else []:
            if str(dig(each, "id") or "").endswith("#atproto_pds"):
                return server_address(str(dig(each, "serviceEndpoint") or ""), "")
        raise misfit(f"The server of {who} cannot be found now. Try again in a minute.", "handle")

    def look(self, address: str, params: Mapping[str, str] | None = None) -> Any:
        """Somebody's public JSON; None where there is none. Raises ChannelError if out of reach."""
        rest = Rest(self.http, "", RetryTable(), self.label, clock.now())
        try:
            return rest.get(address, params).body
        except ChannelError as error:
            if error.permanent:
                return None
            raise ChannelError(
                f"{urlsplit(address).netloc} does not answer, so {self.label} could not be "
                "asked. Try again in a minute.",
                retry_after=error.retry_after,
                code="no_server",
                field="handle",
            ) from error

    def _text(self, address: str) -> str | None:
        try:
            response = self.http.get(address)
        except TRANSPORT_ERRORS:
            return None
        return response.text.strip() if response.is_success else None
