"""What people are told of: kinds of events, made of audit records, for those who should know."""

from .kinds import Notice, NoticeKind, notice_kinds, place

__all__ = ["Notice", "NoticeKind", "notice_kinds", "place"]
