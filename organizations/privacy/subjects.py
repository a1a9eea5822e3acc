"""Whose data a request is about: an organization's or a person's, behind one face."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from config.kernel.hooks import Registry
from config.kernel.scoping import org_atomic, unscoped
from organizations.models import Organization, OrganizationRequest, PersonRequest, User
from organizations.services.regions import media_root_for

from .sections import Section, of_organization, of_person

FOLDER = ".exports"

# Files of the organization in scope: kind -> a function that yields (name in the copy, path).
file_sources: Registry[Callable[[], Iterable[tuple[str, Path]]]] = Registry(
    "file sources", callable
)


class Subject(ABC):
    """A claimed request with what the worker needs to know of it."""

    request: OrganizationRequest | PersonRequest

    @property
    @abstractmethod
    def title(self) -> str: ...

    @property
    @abstractmethod
    def root(self) -> Path: ...

    @abstractmethod
    def entered(self) -> AbstractContextManager[Any]:
        """A short transaction in which the request's own row is written."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Any]:
        """A short transaction in which rows are read for the copy."""

    @abstractmethod
    def sections(self) -> list[Section]: ...

    @abstractmethod
    def files(self) -> Iterable[tuple[str, Path]]: ...

    @abstractmethod
    def asker(self) -> User | None:
        """Who asked, and gets the letter."""

    @property
    @abstractmethod
    def page(self) -> str:
        """The path of the page where the finished copy waits."""

    @property
    def folder(self) -> Path:
        return self.root / FOLDER / str(self.request.pk)

    @property
    def archive(self) -> Path:
        return self.root / FOLDER / f"{self.request.pk}.zip"


class OrganizationSubject(Subject):
    def __init__(self, request: OrganizationRequest) -> None:
        self.request: OrganizationRequest = request
        self.id: UUID = request.organization_id

    @property
    def title(self) -> str:
        with org_atomic(self.id):
            return Organization.with_deleted.get().name

    @property
    def root(self) -> Path:
        return media_root_for(self.id)

    def entered(self) -> AbstractContextManager[Any]:
        return org_atomic(self.id)

    def reading(self) -> AbstractContextManager[Any]:
        return org_atomic(self.id)

    def sections(self) -> list[Section]:
        return of_organization(self.id)

    def files(self) -> Iterator[tuple[str, Path]]:
        with org_atomic(self.id):
            for source in file_sources.values():
                yield from source()

    def asker(self) -> User | None:
        with org_atomic(self.id):
            return self.request.requested_by

    @property
    def page(self) -> str:
        with org_atomic(self.id):
            slug = Organization.with_deleted.get().slug
        return reverse("organizations:team-privacy", kwargs={"org": slug})


class PersonSubject(Subject):
    def __init__(self, request: PersonRequest) -> None:
        self.request: PersonRequest = request

    @property
    def title(self) -> str:
        return self._person().email

    @property
    def root(self) -> Path:
        return Path(settings.WARREN_MEDIA_ROOT)

    def entered(self) -> AbstractContextManager[Any]:
        return transaction.atomic()

    @contextmanager
    def reading(self) -> Iterator[None]:
        with unscoped(f"a copy for the person who asked, request {self.request.pk}"):
            yield

    def sections(self) -> list[Section]:
        person = self._person()
        return of_person(person, addresses_of(person))

    def files(self) -> Iterable[tuple[str, Path]]:
        return ()

    def asker(self) -> User | None:
        return self._person()

    @property
    def page(self) -> str:
        return reverse("organizations:privacy-alone")

    def _person(self) -> User:
        return User.with_deleted.get(pk=self.request.user_id)


def addresses_of(user: User) -> list[str]:
    """Every e-mail address that is a person's: what was written to others they neither get nor end.

    An installation that asks for no proof believes the address of the account.
    """
    from allauth.account.models import EmailAddress

    rows = EmailAddress.objects.filter(user_id=user.pk)
    proved = dict(rows.values_list("email", "verified"))
    found = [email for email, is_verified in proved.items() if is_verified]
    if proved.get(user.email, True) or settings.ACCOUNT_EMAIL_VERIFICATION == "none":
        found.append(user.email)
    return list({address.lower(): address for address in found}.values())
