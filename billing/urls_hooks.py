"""Where the payment provider reports; outside of every organization."""

from django.urls import path

from .views import hooks

app_name = "payments"

urlpatterns = [path("stripe/", hooks.stripe, name="stripe")]
