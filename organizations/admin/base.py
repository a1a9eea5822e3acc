from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest

from config.kernel.errors import DomainError
from config.kernel.fields import EncryptedJSON, EncryptedText
from config.kernel.models import OrgOwned, SoftDeletes
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, Organization, User
from organizations.services.actors import Actor, acting
from organizations.services.audit import record


class IsDeleted(admin.SimpleListFilter):
    title = "deleted"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Deleted, can be restored"), ("no", "Alive")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() == "no")


class OperatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A table as operators need it: all rows, raw ids, no secrets, deleted ones restorable."""

    list_per_page = 50
    show_full_result_count = False
    save_on_top = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = self.model._base_manager.using("operator").all()
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        secret = (EncryptedText, EncryptedJSON, models.BinaryField)
        return [field.name for field in self.model._meta.fields if isinstance(field, secret)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        shown = [*super().get_readonly_fields(request, obj)]
        names = {field.name for field in self.model._meta.fields}
        fixed = ["organization", "created_at", "updated_at", "deleted_at", "fence", "claimed_until"]
        return shown + [name for name in fixed if name in names and name not in shown]

    @property
    def raw_id_fields(self) -> list[str]:  # type: ignore[override]
        return [field.name for field in self.model._meta.fields if field.is_relation]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        filters = list(super().get_list_filter(request))
        return [IsDeleted, *filters] if issubclass(self.model, SoftDeletes) else filters

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # Deleting for good belongs to the privacy module alone.
        actions.pop("delete_selected", None)
        if issubclass(self.model, SoftDeletes):
            actions["restore"] = (restore, "restore", "Restore selected rows")  # type: ignore[assignment]
        return actions

    def has_add_permission(self, request: HttpRequest) -> bool:
        # What belongs to an organization is made by its people and by services.
        return not issubclass(self.model, OrgOwned) and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and isinstance(obj, OrgOwned | Organization):
            self.note_change(request, obj, form.changed_data)

    def note_change(self, request: HttpRequest, obj: Any, changed: list[str]) -> None:
        """Write down what an operator changed, once their transaction has let the row go."""
        note = partial(_note, request, obj, "staff.changed", {"fields": changed})
        transaction.on_commit(note, using="operator")

    def restore_row(self, row: Any, by: User) -> None:
        """Bring a deleted row back; a table whose rows have children asks its service."""
        row.restore()


class ReadOnlyAdmin(OperatorAdmin):
    """Evidence: to be read, never to be changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


Rescue = Callable[[Any, User], object]


def rescue(
    request: HttpRequest,
    row: OrgOwned | Organization,
    action: str,
    do: Rescue,
    reason: str = "",
) -> object:
    """Let an operator act on one row inside its organization, with an audit record it can see."""
    assert isinstance(request.user, User)
    with org_atomic(_owner(row)), acting(Actor(ActorKind.STAFF)):
        fresh = type(row)._base_manager.using("default").get(pk=row.pk)
        result = do(fresh, request.user)
        _note(request, fresh, action, {}, reason)
    return result


def _note(
    request: HttpRequest,
    row: OrgOwned | Organization,
    action: str,
    data: Any,
    reason: str = "",
) -> None:
    assert isinstance(request.user, User)
    with org_atomic(_owner(row)):
        record(
            action=action,
            target=row,
            by=request.user,
            kind=ActorKind.STAFF,
            reason=reason,
            data=data,
        )


def _owner(row: OrgOwned | Organization) -> UUID:
    return row.pk if isinstance(row, Organization) else row.organization_id


def rescue_each(
    admin_page: OperatorAdmin,
    request: HttpRequest,
    rows: Iterable[Any],
    *,
    action: str,
    do: Rescue,
    done: str,
    reason: str = "",
) -> None:
    """Run a rescue over the chosen rows; one that cannot be helped does not stop the others."""
    helped = 0
    for row in rows:
        try:
            rescue(request, row, action, do, reason)
        except DomainError as error:
            admin_page.message_user(request, f"{row}: {error.message}", messages.WARNING)
        except IntegrityError:
            sentence = f"{row}: something else has taken its name or address meanwhile."
            admin_page.message_user(request, sentence, messages.WARNING)
        else:
            helped += 1
    admin_page.message_user(request, f"{helped} {done}.", messages.SUCCESS)


@admin.action(description="Restore selected rows")
def restore(page: OperatorAdmin, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
    rows = [row for row in queryset if row.is_deleted]
    owned = [row for row in rows if isinstance(row, OrgOwned | Organization)]
    # Of no organization, and so in no audit log: the admin's own history has them.
    people = [row for row in rows if row not in owned]
    for person in people:
        page.restore_row(person, cast(User, request.user))
        page.log_change(request, person, "Restored")
    done = f"restored; {len(people)} of the installation" if people else "restored"
    rescue_each(page, request, owned, action="staff.restored", do=page.restore_row, done=done)
