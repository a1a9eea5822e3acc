"""What this app tells the layers below it: where paid answers are kept, and which files go with
a row that is erased."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from billing.services.upward import brands_of
from brands.services.look import names_picture
from brands.services.upward import sample_writer
from config.kernel.llm.answers import answer_store
from config.kernel.llm.options import option_source
from config.kernel.llm.routes import default_models
from organizations.notices.kinds import register_kinds
from organizations.privacy.marks import Keep
from organizations.privacy.purge import erasers
from organizations.privacy.retention import Rule, by_age, rules
from organizations.services.files import delete_stored

from . import audit_words, notices, privacy  # noqa: F401
from .models import Generation, Material, StoredAnswer
from .services.agent_options import stored_options
from .services.answers import StoredAnswers
from .services.model_registry import registry_defaults
from .services.sample import sample_post
from .services.upward import file_ends, file_users


def erase_file(material: Material) -> None:
    if material.file_key:
        for _, end in file_ends.items():
            end(material.file_key)
        delete_stored(material.file_key)


def brands_of_generations(ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = Generation.objects.filter(pk__in=list(ids)).order_by()
    return dict(rows.values_list("pk", "brand__name"))


answer_store.fill(StoredAnswers())
register_kinds(notices.KINDS)
option_source.fill(stored_options)
default_models.fill(registry_defaults)
sample_writer.fill(sample_post)
file_users.register("brands", names_picture)
erasers.register("content.material", erase_file)
rules.register("stored answers", Rule(Keep.ANSWERS, by_age(StoredAnswer)))
for kind in ("generation", "content.generation"):
    brands_of.register(kind, brands_of_generations)
