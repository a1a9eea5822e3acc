from django.urls import path

from . import (
    urls_calendar,
    urls_clients,
    urls_compositions,
    urls_inbox,
    urls_links,
    urls_policy,
    urls_repeating,
    urls_reviews,
)
from .views import approvals, channels, connecting, deliveries, posts, runs, schedules, writing

app_name = "publishing"

APPROVAL = "approvals/<uuid:pending>/"
SCHEDULE = "schedules/<uuid:schedule>/"
CHANNEL = "channels/<uuid:account>/"
DELIVERY = "deliveries/<uuid:delivery>/"

urlpatterns = [
    path("approvals/", approvals.approvals, name="approval-list"),
    path(APPROVAL, approvals.approval_show, name="approval-show"),
    path(f"{APPROVAL}approval/", approvals.approval_approve, name="approval-approve"),
    path(f"{APPROVAL}withdrawal/", approvals.approval_withdraw, name="approval-withdraw"),
    path(f"{APPROVAL}rejection/", approvals.approval_reject, name="approval-reject"),
    path(f"{APPROVAL}reopening/", approvals.approval_reopen, name="approval-reopen"),
    path(f"{APPROVAL}edit/", approvals.approval_edit, name="approval-edit"),
    path(
        f"{APPROVAL}edit/arrangement/",
        approvals.approval_arrangement,
        name="approval-arrangement",
    ),
    path(
        f"{APPROVAL}variation/<uuid:candidate>/",
        approvals.approval_variation,
        name="approval-variation",
    ),
    path(f"{APPROVAL}regeneration/", approvals.approval_regenerate, name="approval-regenerate"),
    path(
        f"{APPROVAL}regeneration/progress/",
        approvals.approval_rewriting,
        name="approval-rewriting",
    ),
    path(f"{APPROVAL}time/", approvals.approval_time, name="approval-time"),
    path("writing/", writing.writing_create, name="writing-create"),
    path("posts/", posts.post_list, name="post-list"),
    path("schedules/", schedules.schedule_list, name="schedule-list"),
    path("schedules/new/", schedules.schedule_create, name="schedule-create"),
    path("schedules/next-runs/", schedules.schedule_preview, name="schedule-preview"),
    path(SCHEDULE, schedules.schedule_show, name="schedule-show"),
    path(f"{SCHEDULE}edit/", schedules.schedule_edit, name="schedule-edit"),
    path(f"{SCHEDULE}pause/", schedules.schedule_pause, name="schedule-pause"),
    path(f"{SCHEDULE}resumption/", schedules.schedule_resume, name="schedule-resume"),
    path(f"{SCHEDULE}deletion/", schedules.schedule_delete, name="schedule-delete"),
    path(f"{SCHEDULE}run/", schedules.schedule_run, name="schedule-run"),
    path("runs/<uuid:run>/", runs.run_show, name="run-show"),
    path("runs/<uuid:run>/repetition/", runs.run_repeat, name="run-repeat"),
    path("channels/", channels.channel_list, name="channel-list"),
    path("channels/new/<slug:platform>/", connecting.channel_connect, name="channel-connect"),
    path(
        "channels/new/<slug:platform>/consent/", connecting.channel_consent, name="channel-consent"
    ),
    path("channels/leaving/<uuid:attempt>/", connecting.channel_leave, name="channel-leave"),
    path("channels/choosing/<uuid:attempt>/", connecting.channel_choose, name="channel-choose"),
    path(CHANNEL, channels.channel_show, name="channel-show"),
    path(f"{CHANNEL}disconnection/", channels.channel_disconnect, name="channel-disconnect"),
    path(f"{CHANNEL}check/", channels.channel_check, name="channel-check"),
    path(f"{CHANNEL}options/", channels.channel_options, name="channel-options"),
    path(f"{CHANNEL}pause/", channels.channel_pause, name="channel-pause"),
    path(f"{CHANNEL}brands/<uuid:brand>/", channels.channel_link, name="channel-link"),
    path(f"{CHANNEL}brands/<uuid:brand>/removal/", channels.channel_unlink, name="channel-unlink"),
    path("deliveries/", deliveries.delivery_list, name="delivery-list"),
    path(DELIVERY, deliveries.delivery_show, name="delivery-show"),
    path(f"{DELIVERY}pack/", deliveries.delivery_pack, name="delivery-pack"),
    path(f"{DELIVERY}check/", deliveries.delivery_check, name="delivery-check"),
    path(f"{DELIVERY}confirmation/", deliveries.delivery_confirm, name="delivery-confirm"),
    path(f"{DELIVERY}resending/", deliveries.delivery_resend, name="delivery-resend"),
    path(f"{DELIVERY}abandonment/", deliveries.delivery_leave, name="delivery-leave"),
    *urls_calendar.urlpatterns,
    *urls_repeating.urlpatterns,
    *urls_clients.urlpatterns,
    *urls_reviews.urlpatterns,
    *urls_inbox.urlpatterns,
    *urls_compositions.urlpatterns,
    *urls_policy.urlpatterns,
    *urls_links.urlpatterns,
]
