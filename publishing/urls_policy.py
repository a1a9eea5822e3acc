"""Addresses of what the agent may do by itself, and of the brake."""

from __future__ import annotations

from django.urls import path

from .views import contracts, stops

POLICY = "brands/<uuid:brand>/policy/"

urlpatterns = [
    path("stops/", stops.stop_list, name="stop-list"),
    path("stops/new/", stops.stop_create, name="stop-create"),
    path("stops/<uuid:stop>/release/", stops.stop_release, name="stop-release"),
    path(POLICY, contracts.contract_show, name="contract-show"),
    path(f"{POLICY}draft/", contracts.contract_draft, name="contract-draft"),
    path(f"{POLICY}signature/", contracts.contract_sign, name="contract-sign"),
    path(f"{POLICY}withdrawal/", contracts.contract_withdraw, name="contract-withdraw"),
]
