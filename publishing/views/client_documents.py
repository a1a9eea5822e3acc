from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from config.kernel.errors import NotFound
from organizations.access import public
from publishing.channels.base import IntroducesItself
from publishing.channels.registry import channels
from publishing.services.networks import callback_address

CACHE_SECONDS = 600


@require_GET
@public
@cache_control(public=True, max_age=CACHE_SECONDS)
def client_document(request: HttpRequest, network: str) -> JsonResponse:
    """Who Warren is, for networks that read it here instead of registering apps."""
    channel = channels.get(network)
    if channel is None or not isinstance(channel, IntroducesItself):
        raise NotFound("No network reads here who Warren is.")
    document = channel.client_document(redirect_uri=callback_address(channel))
    return JsonResponse(document)
