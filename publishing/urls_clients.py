"""Pages of a brand's links for clients."""

from django.urls import path

from .views import clients, report_files

LINK = "clients/<uuid:portal_link>/"

urlpatterns = [
    path("brands/<uuid:brand>/clients/", clients.portal_list, name="portal-list"),
    path(
        "brands/<uuid:brand>/clients/report.pdf", report_files.report_of_brand, name="portal-report"
    ),
    path(f"{LINK}renewal/", clients.portal_renew, name="portal-renew"),
    path(f"{LINK}mailing/", clients.portal_mail, name="portal-mail"),
    path(f"{LINK}letters/", clients.portal_resume, name="portal-resume"),
    path(f"{LINK}revocation/", clients.portal_revoke, name="portal-revoke"),
]
