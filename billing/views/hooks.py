from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.services.payment_events import receive_message
from billing.tasks import handle_message
from config.kernel.errors import Invalid
from config.kernel.tasks import hint
from organizations.access import public


@csrf_exempt
@require_POST
@public
def stripe(request: HttpRequest) -> HttpResponse:
    """Keep what Stripe says; its signature over the raw bytes is the only key to this door."""
    try:
        event = receive_message(
            body=request.body, signature=request.headers.get("Stripe-Signature", "")
        )
    except Invalid as error:
        return HttpResponse(error.message, status=400, content_type="text/plain")
    if event.due_at is not None:
        hint(handle_message, str(event.pk))
    return HttpResponse("kept\n", content_type="text/plain")
