"""What a browser may load on our pages: everything ours, nothing written into the page."""

from __future__ import annotations

from typing import Any, Final

from csp.constants import NONCE, NONE, SELF

from config import providers

CONTENT_SECURITY_POLICY: Final[dict[str, Any]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # The nonce appears only on a page that asks for one, such as one with an import map.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        # A form's answer may lead on to the sign-in page of a provider.
        "form-action": [SELF, *providers.pages()],
        "frame-ancestors": [NONE],
        "report-uri": ["/csp-report"],
    }
}
