from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from organizations.models import User
from organizations.privacy import document, marks
from organizations.privacy.marks import Table, words


def test_every_field_of_every_table_is_marked_and_every_mark_has_its_field() -> None:
    assert marks.unmarked() == []


def test_a_new_field_and_a_vanished_field_are_both_found(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("billing.creditprice", plain=words("action price"))
    monkeypatch.setitem(marks.registry._values, "billing.creditprice", table)
    assert marks.unmarked() == [
        "billing.creditprice.credits is not marked",
        "billing.creditprice.price is gone",
    ]


def test_a_table_that_nobody_registered_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(marks.registry._values, "billing.plan")
    assert marks.unmarked() == ["billing.plan.* is not marked"]


def test_every_link_to_a_person_says_what_becomes_of_it_and_the_database_agrees() -> None:
    wrong = []
    for table in marks.tables():
        for field in table.found()._meta.concrete_fields:
            if not (isinstance(field, models.ForeignKey) and field.related_model is User):
                continue
            fate: dict[Any, tuple[str, ...]] = {
                models.CASCADE: table.about,
                models.SET_NULL: table.by,
            }
            if field.name not in fate.get(field.remote_field.on_delete, ()):
                wrong.append(f"{table.model}.{field.name}")
    assert wrong == []


def test_no_export_holds_a_password_a_token_or_a_sealed_value() -> None:
    loose = [
        f"{table.model}.{name}"
        for table in marks.tables()
        for name in table.exported()
        if any(word in name for word in ("password", "digest", "wrapped", "credential", "token"))
    ]
    harmless = {
        "organizations.auditseal.digest",
        # When mail is gathered, not a digest of anything.
        "organizations.notificationsettings.digest",
        "organizations.notificationsettings.digest_time",
        "organizations.notificationsettings.digest_weekday",
        "organizations.auditrecord.actor_digest",
        "organizations.erasure.digest",
        "organizations.suppression.digest",
        "billing.modelspend.input_tokens",
        "billing.modelspend.output_tokens",
        "brands.knowledgechunk.token_count",
        "content.agentsetting.max_tokens",
        "content.languagemodel.context_tokens",
        "content.languagemodel.max_output_tokens",
        "content.organizationagentsetting.max_tokens",
        "publishing.socialaccount.token_expires_at",
    }
    assert set(loose) <= harmless


def test_every_model_is_in_the_registry_once() -> None:
    installed = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    assert {table.model for table in marks.tables()} == installed


def test_the_written_table_is_that_of_the_registry() -> None:
    assert document.is_current(), "run manage.py privacy_table"
