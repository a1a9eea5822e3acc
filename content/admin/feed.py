from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from content.models import FeedItem, MaterialFeed
from content.services.feeds import resume_feed
from organizations.admin.base import OperatorAdmin, ReadOnlyAdmin, rescue_each
from organizations.admin.reasons import reasoned


@admin.register(MaterialFeed)
class MaterialFeedAdmin(OperatorAdmin):
    list_display = ["title", "organization", "use", "is_active", "consecutive_errors", "polled_at"]
    list_filter = ["use", "is_active"]
    list_select_related = ["organization"]
    search_fields = ["title", "url", "organization__name"]
    actions = ["ask_again"]

    @reasoned("Ask again now", permissions=("change",))
    def ask_again(
        self, request: HttpRequest, queryset: QuerySet[MaterialFeed], reason: str
    ) -> None:
        rescue_each(
            self,
            request,
            queryset,
            action="staff.requeued",
            do=lambda row, by: resume_feed(feed=row, by=by),
            done="feeds are asked again",
            reason=reason,
        )


@admin.register(FeedItem)
class FeedItemAdmin(ReadOnlyAdmin):
    list_display = ["title", "organization", "status", "relevance", "said_at"]
    list_filter = ["status"]
    list_select_related = ["organization"]
    search_fields = ["title", "url", "reason", "organization__name"]
