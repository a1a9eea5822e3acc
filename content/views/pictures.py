from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_safe

from config.kernel.brands import brands_in_sight
from config.kernel.errors import NotFound
from config.kernel.uploads import PLAYED, SHOWN, hand_out_file
from content.models import Asset, LinkPreview, Material
from content.services.upward import file_users
from organizations.access import Request, member_of
from organizations.services.files import stored_path


@require_safe
@member_of("viewer")
def picture(request: Request, name: str) -> HttpResponse:
    """A picture or video to look at, whole or in the piece that a player asks for."""
    ending = name.rpartition(".")[2]
    if ending not in SHOWN and ending not in PLAYED:
        raise NotFound("There is no such picture. It may have been deleted.")
    key = f"{request.organization.id}/{name}"
    # Whoever sees all brands sees all of the team's pictures; for the others the manager decides.
    if brands_in_sight() is not None and not _is_in_sight(key):
        raise NotFound("There is no such picture. It may have been deleted.")
    wanted = request.headers.get("Range", "")
    return hand_out_file(stored_path(key), ending=ending, wanted=wanted)


def _is_in_sight(key: str) -> bool:
    if Material.with_deleted.filter(file_key=key).exists():
        return True
    shown = Q(reference=key) | Q(thumbnail=key)
    if (
        Asset.with_deleted.filter(shown).exists()
        or LinkPreview.objects.filter(picture=key).exists()
    ):
        return True
    return any(names(key) for _, names in file_users.items())


@require_GET
@member_of("viewer")
def material_file(request: Request, material: UUID) -> HttpResponse:
    """The file as it was uploaded (a picture: as it was written anew), always as a download."""
    row = Material.objects.filter(pk=material).exclude(file_key="").first()
    if row is None:
        raise NotFound("There is no such file. It may have been deleted.")
    response = hand_out_file(
        stored_path(row.file_key), ending=row.file_key.rpartition(".")[2], name=row.name
    )
    if not response.headers["Content-Disposition"].startswith("attachment"):
        said = response.headers["Content-Disposition"].replace("inline", "attachment", 1)
        response.headers["Content-Disposition"] = said
    return response
