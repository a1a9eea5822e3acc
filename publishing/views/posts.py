from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from brands.models import BrandProfile
from config.kernel.web import render_part
from content.models import Angle
from organizations.access import Request, member_of
from publishing.channels.registry import channels
from publishing.models import PostStatus
from publishing.selectors.posts import PostFilter, posts_for_list


@require_GET
@member_of("viewer")
def post_list(request: Request) -> HttpResponse:
    chosen = PostFilter.of(request.GET)
    context = {
        "page": posts_for_list(chosen=chosen, cursor=request.GET.get("cursor")),
        "chosen": chosen,
        "brands": BrandProfile.objects.only("name").order_by("name"),
        "channels": channels.values(),
        "angles": Angle.choices,
        "states": PostStatus.choices,
    }
    return render_part(request, "publishing/post/list.html", "posts", context)
