"""Addresses of keys: of the API, of others' services, and the models that those open."""

from django.urls import path

from .views import api_keys

API_KEYS = "o/<slug:org>/api-keys/"

keys = [
    path(API_KEYS, api_keys.api_key_list, name="api-key-list"),
    path(f"{API_KEYS}new/", api_keys.api_key_create, name="api-key-create"),
    path(f"{API_KEYS}<uuid:key>/rotation/", api_keys.api_key_rotate, name="api-key-rotate"),
    path(f"{API_KEYS}<uuid:key>/revocation/", api_keys.api_key_revoke, name="api-key-revoke"),
]
