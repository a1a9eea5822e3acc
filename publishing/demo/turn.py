"""One turn of the loop for one demo brand, here and now, up to the post that is out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from brands.models import BrandProfile
from config.kernel.clock import now
from config.kernel.errors import Invalid
from config.kernel.scoping import org_atomic
from content.models import Material, MaterialStatus
from content.services.material_analysis import analyse_material
from content.services.materials import add_file, add_url, delete_material
from organizations.models import User
from publishing.autopilot.choice import MaterialChoice, NoMaterial, choose_material
from publishing.autopilot.cycle import run_cycle
from publishing.delivery.ledger import deliver
from publishing.models import (
    AutopilotRun,
    Delivery,
    DeliveryState,
    PendingPost,
    Post,
    RunStatus,
)
from publishing.services.schedules import start_run
from publishing.services.writing import start_writing

from .agency import DemoClient

PATIENCE_SECONDS = 20.0
"""How long another worker that took the post first is waited for."""
ON_THE_WAY = (
    DeliveryState.SCHEDULED,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.ACCEPTED,
)

Progress = Callable[[str, str], None]


def bring_material(*, given: str, brand: BrandProfile, by: User, say: Progress) -> Material:
    """Take in a person's own file or address, and read it.

    Raises Invalid with what is wrong: no such file, not readable, or not understood.
    """
    if given.lower().startswith(("http://", "https://")):
        material = add_url(url=given, brand=brand, by=by)
    else:
        material = add_file(upload=_upload(Path(given)), brand=brand, by=by)
    analyse_material(material_id=material.pk, progress=say)
    with org_atomic():
        material.refresh_from_db()
    if material.status not in (MaterialStatus.READY, MaterialStatus.USED):
        delete_material(material=material, by=by)
        raise Invalid(
            f"{given} could not be read. {material.error or 'Try again in a moment.'}",
            field="material",
        )
    return material


def take_turn(
    *, client: DemoClient, by: User, say: Progress, material_id: UUID | None = None
) -> AutopilotRun:
    """Run the brand's schedule once, as if its time had come, and send what was approved."""
    ignore_cooldown = material_id is None and _is_all_cooling(client, say)
    run = start_run(brand=client.brand, schedule=client.schedule, material_id=material_id, by=by)
    run = run_cycle(run_id=run.pk, progress=say, ignore_cooldown=ignore_cooldown) or run
    _send(run, say)
    return run


def posts_of_run(run: AutopilotRun) -> list[Post]:
    posts = Post.objects.filter(pending_post__run=run).select_related(
        "brand", "account", "pending_post", "material"
    )
    return list(posts.order_by("published_at"))


def leave_one_for_a_person(*, client: DemoClient, by: User, say: Progress) -> None:
    """Have three texts wait for a decision, so that there is something to decide on."""
    with org_atomic():
        is_waiting = PendingPost.objects.waiting().exists()
    choice = None if is_waiting else _choice(client)
    if not isinstance(choice, MaterialChoice):
        return
    run = start_writing(
        brand=client.brand,
        material=choice.material,
        platforms=client.schedule.platforms[:1],
        by=by,
    )
    run = run_cycle(run_id=run.pk) or _ended(run)
    if run.status != RunStatus.DONE:
        say("person", run.outcome or "Three texts are being written for you to decide on.")
        return
    say("person", f"Three texts on “{choice.material.name}” wait for your decision.")


def _choice(client: DemoClient) -> MaterialChoice | NoMaterial:
    with org_atomic():
        return choose_material(
            brand=client.brand,
            strategy=client.schedule.material_strategy,
            moment=now(),
            random=Random(0),
        )


def _is_all_cooling(client: DemoClient, say: Progress) -> bool:
    """Whether only material is left that was used in the last days; the demo then uses it again,
    and the decision says so."""
    choice = _choice(client)
    if not isinstance(choice, NoMaterial) or choice.is_exhausted:
        return False
    say("material", f"{choice.reason} The demo leaves that aside, and writes it down.")
    return True


def _send(run: AutopilotRun, say: Progress) -> None:
    with org_atomic():
        waiting = _deliveries(run, ON_THE_WAY)
    if not waiting:
        return
    say("deliver", f"Sending {len(waiting)} post{'s' if len(waiting) != 1 else ''}")
    deliver(delivery_ids=[delivery.pk for delivery in waiting])
    ends = time.monotonic() + PATIENCE_SECONDS
    while _is_on_the_way(run) and time.monotonic() < ends:
        time.sleep(0.2)
    with org_atomic():
        for delivery in _deliveries(run, list(DeliveryState)):
            outcome = delivery.remote_url or delivery.error_message
            say("deliver", f"{delivery.get_state_display()}: {outcome}")


def _ended(run: AutopilotRun) -> AutopilotRun:
    """The run as another worker, which took it first, left it."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while run.status in (RunStatus.QUEUED, RunStatus.RUNNING) and time.monotonic() < ends:
        time.sleep(0.2)
        with org_atomic():
            run.refresh_from_db()
    return run


def _is_on_the_way(run: AutopilotRun) -> bool:
    with org_atomic():
        return bool(_deliveries(run, ON_THE_WAY))


def _deliveries(run: AutopilotRun, states: Sequence[str]) -> list[Delivery]:
    return list(Delivery.objects.filter(pending_post__run=run, state__in=states))


def _upload(path: Path) -> SimpleUploadedFile:
    try:
        return SimpleUploadedFile(path.name, path.read_bytes())
    except OSError as error:
        raise Invalid(
            f"{path} cannot be read: {error.strerror}. Give the path of a text, Markdown, HTML, "
            "PDF or DOCX file, or an address that begins with https://.",
            field="material",
        ) from error
