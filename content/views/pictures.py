from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from config.kernel.brands import brands_in_sight
from config.kernel.errors import NotFound
from content.models import Material
from content.services.files import read_stored
from organizations.access import Request, member_of

# What an upload is written anew as; nothing else is ever shown from our origin.
TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


@require_GET
@member_of("viewer")
def picture(request: Request, name: str) -> HttpResponse:
    content_type = TYPES.get(name.rpartition(".")[2])
    if content_type is None:
        raise NotFound("There is no such picture. It may have been deleted.")
    key = f"{request.organization.id}/{name}"
    # Whoever sees all brands sees all of the team's pictures; for the others the manager decides.
    if brands_in_sight() is not None and not Material.with_deleted.filter(file_key=key).exists():
        raise NotFound("There is no such picture. It may have been deleted.")
    data = read_stored(key)
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
