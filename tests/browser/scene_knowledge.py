"""What a brand knows: sources, a page with a passage, answers that wait, a report."""

from __future__ import annotations

from typing import Any

from brands.models import KnowledgeSource, SourceStatus
from brands.services.knowledge_gaps import report_gaps
from config.kernel.clock import now
from config.kernel.scoping import org_atomic
from tests import make
from tests.world import World

LONG_NAME = "Werkstattgrundsatzfragenbeantwortungshandbuch der Hafenwerkstatt, dritte Auflage"


def knowledge(world: World) -> dict[str, Any]:
    with org_atomic(world.id):
        bucket = make.knowledge_bucket(
            world.brand, name="Workshop and prices", description="What every customer asks."
        )
        make.knowledge_bucket(None, name=LONG_NAME)
        source = make.knowledge_source(bucket, read_at=now(), chunks_added=1)
        document = make.knowledge_document(source)
        make.knowledge_source(
            bucket,
            kind=KnowledgeSource.Kind.SITE,
            title="harbour.example",
            url="https://harbour.example/",
            status=SourceStatus.FAILED,
            error="The site does not show that page to everyone. Open it yourself and paste it.",
            skipped=[{"place": "https://harbour.example/shop", "why": "It asks robots to stay."}],
        )
        entry = make.knowledge_entry(bucket, document=document, quote="seven coats of varnish")
        make.knowledge_entry(bucket, question="Who oils masts?", status="active")
        report_gaps(brand=world.brand, by=world.owner)
    return {
        "bucket": bucket.pk,
        "source": source.pk,
        "document": document.pk,
        "entry": entry.pk,
    }
