"""Pages of a brand's links for clients."""

from django.urls import path

from .views import clients

LINK = "clients/<uuid:portal_link>/"

urlpatterns = [
    path("brands/<uuid:brand>/clients/", clients.portal_list, name="portal-list"),
    path(f"{LINK}renewal/", clients.portal_renew, name="portal-renew"),
    path(f"{LINK}mailing/", clients.portal_mail, name="portal-mail"),
    path(f"{LINK}revocation/", clients.portal_revoke, name="portal-revoke"),
]
