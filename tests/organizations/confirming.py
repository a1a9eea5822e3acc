"""For pages that ask again who somebody is: a browser whose person has just said so."""

from __future__ import annotations

import time

from django.test import Client

from organizations.models import User


def sign_in_confirmed(client: Client, user: User, *, seconds_ago: float = 0.0) -> Client:
    """`client.force_login` for views behind `recently_confirmed`: as after typing the password."""
    client.force_login(user)
    session = client.session
    proof = {"method": "password", "at": time.time() - seconds_ago, "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
