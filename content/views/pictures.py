from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from config.kernel.errors import NotFound
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
    data = read_stored(f"{request.organization.id}/{name}")
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
