"""Compute the audit log's chains anew: nobody has changed, removed or moved what was sealed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from config.kernel.scoping import unscoped
from organizations.models import AuditSeal, Organization
from organizations.trail.verify import ChainReport, verify_chain


class Command(BaseCommand):
    help = "Verify the audit log. Exit status 1 when a chain is broken, or lacks a known digest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="Slug or id; without it, all of them.")
        parser.add_argument("--json", action="store_true", help="One JSON object for each chain.")
        parser.add_argument(
            "--holds",
            action="append",
            default=[],
            metavar="DIGEST",
            help="A seal's digest that was kept elsewhere and must still be there.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with unscoped("verify the audit log"):
            reports = [
                verify_chain(organization.pk, chain)
                for organization in _organizations(options["organization"])
                for chain in AuditSeal.Chain.values
            ]
            lost = [known for known in options["holds"] if not _is_there(known)]
        for report in reports:
            self.stdout.write(_as_json(report) if options["json"] else _in_words(report))
        for known in lost:
            self.stderr.write(f"No seal has the digest {known}: the end of a chain was cut off.")
        if lost or not all(report.is_whole for report in reports):
            sys.exit(1)


def _organizations(named: str | None) -> list[Organization]:
    rows = Organization._base_manager.using("operator").order_by("created_at")
    if not named:
        return list(rows)
    found = rows.filter(slug=named).first() or (_is_uuid(named) and rows.filter(pk=named).first())
    if not found:
        raise CommandError(f"There is no organization “{named}”. Give its slug or its id.")
    return [found]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _is_there(digest: str) -> bool:
    return AuditSeal.objects.filter(digest=digest).exists()


def _in_words(report: ChainReport) -> str:
    where = f"{report.organization_id} {report.chain}:"
    tail = ""
    if report.unsealed:
        tail = f" {report.unsealed} not sealed yet, the oldest of {report.unsealed_since}."
    if report.fault:
        return f"{where} BROKEN ({report.fault.damage}). {report.fault.sentence}{tail}"
    return (
        f"{where} whole. {report.blocks} blocks ({report.pruned} pruned), {report.records} records,"
        f" up to {report.sealed_until or 'nothing'}, head {report.head or 'none'}.{tail}"
    )


def _as_json(report: ChainReport) -> str:
    return json.dumps({"is_whole": report.is_whole, **asdict(report)}, default=str)
