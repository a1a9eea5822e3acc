"""Addresses of copies, consents and ends: a person's own, and a team's."""

from django.urls import path

from .views import privacy, team_privacy

MINE = "your-data/"
TEAM = "o/<slug:org>/team/privacy/"
# Whoever holds the word from the letter need not be signed in, or in the team any more.
KEEP = "keep/"

data = [
    path("o/<slug:org>/privacy/", privacy.privacy, name="privacy"),
    path(MINE, privacy.privacy_alone, name="privacy-alone"),
    path(f"{MINE}consents/", privacy.privacy_consent, name="privacy-consent"),
    path(f"{MINE}copies/", privacy.privacy_copy, name="privacy-copy"),
    path(
        f"{MINE}copies/<uuid:wish>/<slug:word>/",
        privacy.privacy_download,
        name="privacy-download",
    ),
    path(f"{MINE}end/", privacy.privacy_end, name="privacy-end"),
    path(
        f"{MINE}end/<uuid:wish>/keeping/",
        privacy.privacy_end_cancel,
        name="privacy-end-cancel",
    ),
    path(f"{KEEP}account/<uuid:ending>/<slug:proof>/", privacy.privacy_keep, name="privacy-keep"),
    path(TEAM, team_privacy.team_privacy, name="team-privacy"),
    path(f"{TEAM}copies/", team_privacy.team_privacy_copy, name="team-privacy-copy"),
    path(
        f"{TEAM}copies/<uuid:wish>/<slug:word>/",
        team_privacy.team_privacy_download,
        name="team-privacy-download",
    ),
    path(f"{TEAM}end/", team_privacy.team_privacy_end, name="team-privacy-end"),
    path(f"{TEAM}keeping/", team_privacy.team_privacy_end_cancel, name="team-privacy-end-cancel"),
    path(
        f"{KEEP}team/<uuid:organization>/<uuid:closing>/<slug:leave>/",
        team_privacy.team_privacy_keep,
        name="team-privacy-keep",
    ),
]
