from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from analytics.models import SkillDay
from analytics.services.skill_sharing import LEAST_ORGANIZATIONS, aggregates, hidden_count
from config.kernel.clock import now
from content.models import SharedSkill
from content.skills.structure import Structure, describe
from organizations.admin.base import ReadOnlyAdmin


@admin.register(SkillDay)
class SkillDayAdmin(ReadOnlyAdmin):
    """Days of skills, and the list of structures that may be shared with what they still lack."""

    list_display = ["day", "organization", "skill_version", "uses_count", "approved_count"]
    list_filter = ["day"]
    list_select_related = ["organization", "skill_version"]
    search_fields = ["organization__name"]
    change_list_template = "admin/analytics/skillday/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        mine = path(
            "promotion/",
            self.admin_site.admin_view(self.promotion),
            name="analytics_skillday_promotion",
        )
        return [mine, *super().get_urls()]

    def promotion(self, request: HttpRequest) -> HttpResponse:
        """Which structures five organizations use, and why each is shared or not."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        shared = {
            row.fingerprint: row
            for row in SharedSkill.objects.using("operator").filter(retired_at=None)
        }
        moment = now()
        rows = [
            {
                "aggregate": one,
                "words": describe(Structure.from_json(shared[one.fingerprint].structure))
                if one.fingerprint in shared
                else "",
                "missing": one.missing(moment),
                "is_shared": one.fingerprint in shared,
            }
            for one in aggregates()
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Promotion of skills",
            "opts": self.model._meta,
            "rows": rows,
            "hidden": hidden_count(),
            "least": LEAST_ORGANIZATIONS,
        }
        return TemplateResponse(request, "admin/analytics/skillday/promotion.html", context)
