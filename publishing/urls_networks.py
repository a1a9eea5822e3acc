"""What networks fetch, and where they send people back to; outside of every organization."""

from django.urls import path

from .views import client_documents, networks

app_name = "networks"

urlpatterns = [
    path("connect/<slug:network>/callback/", networks.callback, name="callback"),
    path(
        "connect/<slug:network>/client-metadata.json",
        client_documents.client_document,
        name="client-document",
    ),
    path("shared/<path:signed>", networks.file, name="file"),
]
