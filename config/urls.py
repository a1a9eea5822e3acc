"""Every address of Warren. Each app brings its own list."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from analytics.views import status

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("healthz", status.healthz, name="healthz"),
    path("status", status.status, name="status"),
    path("api/v1/", include("config.api")),
    # Before allauth's, some of whose lists one page of the settings replaces.
    path("", include("organizations.urls")),
    path("accounts/", include("allauth.urls")),
    path("hooks/", include("billing.urls_hooks")),
    path("", include("publishing.urls_networks")),
    path("f/<slug:handle>/", include("publishing.urls_feed")),
    path("c/<slug:token>/", include("publishing.urls_portal")),
    path("l/", include("publishing.urls_short")),
    path("o/<slug:org>/", include("analytics.urls")),
    path("o/<slug:org>/", include("publishing.urls")),
    path("o/<slug:org>/", include("content.urls")),
    path("o/<slug:org>/", include("brands.urls")),
    path("o/<slug:org>/", include("billing.urls")),
]

handler500 = "config.api.server_error"
