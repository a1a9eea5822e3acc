"""What this app tells the layers below it: where paid answers are kept, and which files go with
a row that is erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from billing.services.upward import brands_of
from brands.services.upward import sample_writer
from config.kernel.llm.answers import answer_store
from config.kernel.llm.options import option_source
from organizations.privacy.marks import Keep
from organizations.privacy.purge import erasers
from organizations.privacy.retention import Rule, by_age, rules
from organizations.services.files import delete_stored

from . import audit_words, privacy  # noqa: F401
from .models import Generation, Material, StoredAnswer
from .services.agent_options import stored_options
from .services.answers import StoredAnswers
from .services.sample import sample_post
from .services.upward import file_ends


def erase_file(material: Material) -> None:
    if material.file_key:
        for _, end in file_ends.items():
            end(material.file_key)
        delete_stored(material.file_key)


def brands_of_generations(ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = Generation.objects.filter(pk__in=list(ids)).order_by()
    return dict(rows.values_list("pk", "brand__name"))


answer_store.fill(StoredAnswers())
option_source.fill(stored_options)
sample_writer.fill(sample_post)
erasers.register("content.material", erase_file)
rules.register("stored answers", Rule(Keep.ANSWERS, by_age(StoredAnswer)))
for kind in ("generation", "content.generation"):
    brands_of.register(kind, brands_of_generations)
