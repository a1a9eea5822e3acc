from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from config.kernel.errors import NotFound
from config.kernel.scoping import scope
from config.kernel.uploads import hand_out
from content.services.files import read_stored
from organizations.access import public
from publishing.services.networks import FILE_SECONDS, file_of_address


@require_GET
@public
def file(request: HttpRequest, signed: str) -> HttpResponse:
    """A picture or video of a post, for the network that was given its address."""
    found = file_of_address(signed)
    if found is None:
        raise NotFound("This address has ended. Networks get a new one with the next try.")
    organization_id, reference = found
    with scope(organization_id):
        data = read_stored(reference)
    return hand_out(data, ending=reference.rpartition(".")[2], seconds=FILE_SECONDS)
