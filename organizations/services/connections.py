"""Whether the outside services that a team uses can be reached with its keys."""

from __future__ import annotations

from config.kernel.clock import now
from config.kernel.errors import DomainError, NotFound
from config.kernel.scoping import current_organization_id, org_atomic
from config.kernel.throttle import throttle
from organizations.models import IntegrationConnection, ProviderSecret, User

from .audit import record
from .outside_services import words_of
from .provider_secrets import read_secret, service_of

CHECKS_PER_MINUTE = 10


def check_connection(*, connection: IntegrationConnection, by: User) -> IntegrationConnection:
    """Ask the service something cheap with the stored key, and write down whether it answered.

    Calls the network: enter it with no transaction open. Raises NotFound without a key, TooMany
    after ten in a minute; what the service refuses is no error but the connection's state.
    """
    throttle(
        "connection-check",
        str(current_organization_id()),
        limit=CHECKS_PER_MINUTE,
        per_seconds=60,
    )
    service = service_of(connection)
    if service is None or connection.secret_id is None:
        raise NotFound("There is no key for this service. Enter one first.")
    with org_atomic():
        secret = ProviderSecret.objects.get(pk=connection.secret_id)
        key = read_secret(secret=secret, purpose="checking the connection", by=by)
    address = str(connection.configuration.get("address", ""))
    try:
        words, status = service.check(key.reveal(), address), _Status.CONNECTED
    except DomainError as error:
        words, status = words_of(error), _Status.ERROR
    return _settled(connection, secret, status, words, by)


_Status = IntegrationConnection.Status


def _settled(
    connection: IntegrationConnection,
    secret: ProviderSecret,
    status: IntegrationConnection.Status,
    words: str,
    by: User,
) -> IntegrationConnection:
    with org_atomic():
        row = IntegrationConnection.objects.select_for_update().get(pk=connection.pk)
        if row.secret_id != secret.pk:
            # The key was removed while we asked.
            return row
        before = row.status
        row.status, row.checked_at = status, now()
        row.error_message = words if status == _Status.ERROR else ""
        row.configuration = {**row.configuration, "answer": words}
        row.save(
            update_fields=["status", "checked_at", "error_message", "configuration", "updated_at"]
        )
        record(
            action="connection.checked",
            target=row,
            by=by,
            before={"status": before},
            after={"status": row.status},
            data={"service": row.service},
            succeeded=status == _Status.CONNECTED,
        )
    return row
