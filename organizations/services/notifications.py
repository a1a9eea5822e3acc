from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from organizations.models import (
    Membership,
    NoticeState,
    Notification,
    NotificationChoice,
    NotificationSettings,
    Organization,
    OutgoingNotice,
    User,
)
from organizations.notices.audience import Ways, choices_of, ways_of
from organizations.notices.kinds import NoticeKind, notice_kinds
from organizations.notices.unsubscribing import WayOut

from .audit import record


def mark_read(*, notification: Notification) -> None:
    """Note that a person has seen a notice; mail about it is spared them."""
    mine = Notification.objects.filter(pk=notification.pk, read_at=None)
    mine.update(read_at=now(), due_at=None)


def mark_unread(*, notification: Notification) -> None:
    Notification.objects.filter(pk=notification.pk).update(read_at=None)


def mark_all_read(*, user: User) -> tuple[int, datetime]:
    """Note that a person has seen everything. The moment given back is what takes it back."""
    moment = now()
    unread = Notification.objects.filter(user=user, read_at=None)
    # What somebody else writes right now is being settled, and waiting for it could be for ever.
    free = list(unread.select_for_update(skip_locked=True).values_list("pk", flat=True))
    read = Notification.objects.filter(pk__in=free)
    return read.update(read_at=moment, due_at=None), moment


def unmark_all_read(*, user: User, moment: datetime) -> int:
    return Notification.objects.filter(user=user, read_at=moment).update(read_at=None)


def save_choices(*, user: User, kinds: Sequence[NoticeKind], ways: Mapping[str, Ways]) -> int:
    """Keep how a person wants to hear of each kind; what stayed as it was is not written.

    Says how many kinds changed. Mail that waits for a kind that is now without is not sent.
    """
    with org_atomic():
        standing = choices_of((kind.key for kind in kinds), user_id=user.pk)
        changed: dict[str, tuple[Ways, Ways]] = {}
        for kind in kinds:
            before, after = ways_of(kind, standing.get((user.pk, kind.key))), ways[kind.key]
            if before != after:
                changed[kind.key] = before, after
                _keep(user, kind.key, after)
        if changed:
            hooks = NotificationSettings.objects.filter(user=user).exclude(hook_url="")
            has_hook = hooks.exists()
            record(
                action="notifications.changed",
                target=user,
                by=user,
                before={key: _said(before, has_hook) for key, (before, _) in changed.items()},
                after={key: _said(after, has_hook) for key, (_, after) in changed.items()},
            )
    return len(changed)


def unsubscribe(way: WayOut) -> Organization | None:
    """End mail of the kinds that a signed link names. None when the person has left the team."""
    with org_atomic(way.organization_id):
        member = (
            Membership.objects.select_related("user", "organization")
            .filter(user_id=way.user_id)
            .first()
        )
        if member is None:
            return None
        kinds = [kind for key in way.kinds if (kind := notice_kinds.get(key))]
        standing = choices_of((kind.key for kind in kinds), user_id=way.user_id)
        ways = {
            kind.key: replace(ways_of(kind, standing.get((way.user_id, kind.key))), by_mail=False)
            for kind in kinds
        }
        save_choices(user=member.user, kinds=kinds, ways=ways)
        return member.organization


def _keep(user: User, key: str, ways: Ways) -> None:
    NotificationChoice.objects.update_or_create(
        user=user,
        kind=key,
        defaults={"in_page": ways.in_page, "by_mail": ways.by_mail, "by_hook": ways.by_hook},
    )
    if not ways.by_mail:
        waiting = Notification.objects.filter(user=user, kind=key, mailed_at=None)
        waiting.update(due_at=None)
    if not ways.by_hook:
        queued = OutgoingNotice.objects.filter(user=user, kind=key, state=NoticeState.QUEUED)
        queued.delete()


def _said(ways: Ways, has_hook: bool) -> str:
    wanted = {"page": ways.in_page, "mail": ways.by_mail, "webhook": ways.by_hook and has_hook}
    return " and ".join(word for word, is_on in wanted.items() if is_on) or "not at all"
