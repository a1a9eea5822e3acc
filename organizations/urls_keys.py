"""Addresses of keys: of the API, of others' services, and the models that those open."""

from django.urls import path

from .views import api_keys, secrets

API_KEYS = "o/<slug:org>/api-keys/"
SECRETS = "o/<slug:org>/secrets/"
CONNECTION = "o/<slug:org>/connections/<uuid:connection>/"

keys = [
    path(API_KEYS, api_keys.api_key_list, name="api-key-list"),
    path(f"{API_KEYS}new/", api_keys.api_key_create, name="api-key-create"),
    path(f"{API_KEYS}<uuid:key>/rotation/", api_keys.api_key_rotate, name="api-key-rotate"),
    path(f"{API_KEYS}<uuid:key>/revocation/", api_keys.api_key_revoke, name="api-key-revoke"),
    path(SECRETS, secrets.secret_list, name="secret-list"),
    path(f"{SECRETS}new/", secrets.secret_create, name="secret-create"),
    path(f"{SECRETS}<uuid:secret>/removal/", secrets.secret_delete, name="secret-delete"),
    path(f"{CONNECTION}check/", secrets.connection_check, name="connection-check"),
]
