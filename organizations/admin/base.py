from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest

from config.kernel.errors import DomainError
from config.kernel.fields import EncryptedJSON, EncryptedText
from config.kernel.models import OrgOwned, SoftDeletes
from config.kernel.scoping import org_atomic
from organizations.models import ActorKind, User
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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and isinstance(obj, OrgOwned):
            changed = {"fields": form.changed_data}
            rescue(request, obj, "staff.changed", lambda row, by: None, data=changed)


class ReadOnlyAdmin(OperatorAdmin):
    """Evidence: to be read, never to be changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


Rescue = Callable[[Any, User], object]


def rescue(
    request: HttpRequest, row: OrgOwned, action: str, do: Rescue, data: Any = None
) -> object:
    """Let an operator act on one row inside its organization, with an audit record it can see."""
    assert isinstance(request.user, User)
    with org_atomic(row.organization_id):
        fresh = type(row)._base_manager.using("default").get(pk=row.pk)
        result = do(fresh, request.user)
        record(action=action, target=fresh, by=request.user, kind=ActorKind.STAFF, data=data or {})
    return result


def rescue_each(
    admin_page: OperatorAdmin,
    request: HttpRequest,
    rows: Iterable[Any],
    *,
    action: str,
    do: Rescue,
    done: str,
) -> None:
    """Run a rescue over the chosen rows; one that cannot be helped does not stop the others."""
    helped = 0
    for row in rows:
        try:
            rescue(request, row, action, do)
        except DomainError as error:
            admin_page.message_user(request, f"{row}: {error.message}", messages.WARNING)
        else:
            helped += 1
    admin_page.message_user(request, f"{helped} {done}.", messages.SUCCESS)


@admin.action(description="Restore selected rows")
def restore(page: OperatorAdmin, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
    rows = [row for row in queryset if row.is_deleted]
    tenant = [row for row in rows if isinstance(row, OrgOwned)]
    for row in rows:
        if not isinstance(row, OrgOwned):
            row.restore()
    rescue_each(
        page,
        request,
        tenant,
        action="staff.restored",
        do=lambda row, by: row.restore(),
        done=f"restored; {len(rows) - len(tenant)} of the installation",
    )
