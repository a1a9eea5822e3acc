"""What networks fetch, and where they send people back to; outside of every organization."""

from django.urls import path

from .views import networks

app_name = "networks"

urlpatterns = [
    path("shared/<str:signed>", networks.file, name="file"),
]
