"""Addresses of teams, members and invitations."""

from django.urls import path

from .views import invitations, members, team

MEMBERS = "o/<slug:org>/members/"
INVITATION = f"{MEMBERS}invitations/<uuid:invitation>/"
# Whoever holds the token is no member yet, so the address names no team.
TOKEN = "invitations/<slug:invited>/"  # noqa: S105 - a pattern and no password

people = [
    path("o/<slug:org>/team/", team.team, name="team"),
    path(MEMBERS, members.member_list, name="member-list"),
    path(f"{MEMBERS}leaving/", members.member_leave, name="member-leave"),
    path(f"{MEMBERS}ownership/", members.member_transfer, name="member-transfer"),
    path(f"{MEMBERS}<uuid:member>/", members.member_edit, name="member-edit"),
    path(f"{MEMBERS}<uuid:member>/removal/", members.member_remove, name="member-remove"),
    path(f"{MEMBERS}invitations/", invitations.invitation_create, name="invitation-create"),
    path(f"{INVITATION}sending/", invitations.invitation_resend, name="invitation-resend"),
    path(f"{INVITATION}removal/", invitations.invitation_revoke, name="invitation-revoke"),
    path(TOKEN, invitations.invitation_show, name="invitation-show"),
    path(f"{TOKEN}acceptance/", invitations.invitation_accept, name="invitation-accept"),
    path(f"{TOKEN}proof/", invitations.invitation_verify, name="invitation-verify"),
]
