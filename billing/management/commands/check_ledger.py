from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.services.ledger_check import check_ledger


class Command(BaseCommand):
    help = "Add up every team's credit ledger and compare it with what the team has left."

    def handle(self, *args: Any, **options: Any) -> None:
        found = check_ledger()
        for each in found:
            self.stdout.write(
                f"{each.organization_id}: the lines add up to {each.sum_of_lines}, and "
                f"{each.credits_left} are left"
            )
        if found:
            raise CommandError(f"{len(found)} ledgers do not add up. Nothing was changed.")
        self.stdout.write("Every ledger adds up to what is left.")
