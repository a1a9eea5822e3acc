from __future__ import annotations

from django.urls import path

from .views import security as pages

SECURITY = "o/<slug:org>/account/security/"

security = [
    path(SECURITY, pages.security, name="security"),
    path(f"{SECURITY}sessions/ending/", pages.session_end_others, name="session-end-others"),
    path(f"{SECURITY}sessions/<int:session>/ending/", pages.session_end, name="session-end"),
    # In place of lists of allauth's, under its own addresses.
    path("accounts/2fa/", pages.security_home, name="security-home"),
    path("accounts/2fa/webauthn/", pages.security_home, name="passkey-list"),
    path("accounts/sessions/", pages.security_home, name="session-list"),
    path("accounts/3rdparty/", pages.provider_list, name="provider-list"),
]
