from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from config.kernel.brands import brands_in_sight
from config.kernel.errors import NotFound
from config.kernel.uploads import SHOWN, hand_out
from content.models import Material
from content.services.files import read_stored
from organizations.access import Request, member_of


@require_GET
@member_of("viewer")
def picture(request: Request, name: str) -> HttpResponse:
    if name.rpartition(".")[2] not in SHOWN:
        raise NotFound("There is no such picture. It may have been deleted.")
    key = f"{request.organization.id}/{name}"
    # Whoever sees all brands sees all of the team's pictures; for the others the manager decides.
    if brands_in_sight() is not None and not Material.with_deleted.filter(file_key=key).exists():
        raise NotFound("There is no such picture. It may have been deleted.")
    data = read_stored(key)
    return hand_out(data, ending=name.rpartition(".")[2])


@require_GET
@member_of("viewer")
def material_file(request: Request, material: UUID) -> HttpResponse:
    """The file as it was uploaded (a picture: as it was written anew), always as a download."""
    row = Material.objects.filter(pk=material).exclude(file_key="").first()
    if row is None:
        raise NotFound("There is no such file. It may have been deleted.")
    response = hand_out(
        read_stored(row.file_key), ending=row.file_key.rpartition(".")[2], name=row.name
    )
    if not response.headers["Content-Disposition"].startswith("attachment"):
        said = response.headers["Content-Disposition"].replace("inline", "attachment", 1)
        response.headers["Content-Disposition"] = said
    return response
