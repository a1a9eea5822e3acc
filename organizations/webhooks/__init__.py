"""Outgoing webhooks: what audit records mean to other systems, signed, retried, written down."""
