"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from .views import inbox, inbox_settings

CONVERSATION = "inbox/<uuid:conversation>/"
ANSWER = "inbox/answers/<uuid:answer>/"

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/settings/", inbox_settings.inbox_settings, name="inbox-settings"),
    path("inbox/settings/level/<uuid:brand>/", inbox_settings.level_edit, name="inbox-level"),
    path("inbox/replies/new/", inbox_settings.reply_create, name="reply-create"),
    path("inbox/replies/<uuid:reply>/", inbox_settings.reply_edit, name="reply-edit"),
    path("inbox/replies/<uuid:reply>/deletion/", inbox_settings.reply_delete, name="reply-delete"),
    path(CONVERSATION, inbox.conversation_show, name="conversation-show"),
    path(f"{CONVERSATION}answer/", inbox.conversation_answer, name="conversation-answer"),
    path(f"{CONVERSATION}note/", inbox.conversation_note, name="conversation-note"),
    path(f"{CONVERSATION}writing/", inbox.conversation_write, name="conversation-write"),
    path(f"{CONVERSATION}assignment/", inbox.conversation_assign, name="conversation-assign"),
    path(f"{CONVERSATION}ending/", inbox.conversation_finish, name="conversation-finish"),
    path(f"{CONVERSATION}reopening/", inbox.conversation_reopen, name="conversation-reopen"),
    path(f"{CONVERSATION}suggestion/", inbox.conversation_suggest, name="conversation-suggest"),
    path(
        f"{CONVERSATION}replies/<uuid:reply>/", inbox.conversation_reply, name="conversation-reply"
    ),
    path(f"{ANSWER}arrival/", inbox.answer_confirm, name="answer-confirm"),
    path(f"{ANSWER}resending/", inbox.answer_resend, name="answer-resend"),
    path(f"{ANSWER}abandonment/", inbox.answer_leave, name="answer-leave"),
]
