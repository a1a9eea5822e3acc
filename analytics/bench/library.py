"""The passages that are looked up: made once, in an organization of their own, and kept.

The words follow Zipf's law, as words do: a few are everywhere and most are rare. The vectors are
mixtures of those of real texts, which lie in clusters as a company's pages do; directions drawn at
random would all be equally far from each other, and no index can do anything with those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db import connections, transaction
from numpy.typing import NDArray

from analytics.seeding.trades import TRADES
from analytics.seeding.writer import Writer
from brands.models import (
    BrandProfile,
    KnowledgeBucket,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeSource,
    SourceStatus,
)
from config.kernel.clock import now
from config.kernel.embeddings import DIMENSIONS, current_model, embed
from config.kernel.models import uuid7
from config.kernel.scoping import unscoped
from content.models import Angle
from organizations.models import Organization

from .part import Bench

NAME: Final = "Library of the benchmark"
SHARES: Final = (0.70, 0.25, 0.05)
A_DOCUMENT: Final = 5
TIMES: Final = 10
"""Of ten passages one is written out; nine are made of it in the database, which is much faster:
with its words, and its vector pulled a third of the way to another's."""
REAL: Final = 1_200
"""Texts that are truly embedded; the others are mixtures of theirs."""
VOCABULARY: Final = 40_000
RARE_WORDS: Final = 24
BATCH: Final = 2_000
INDEX: Final = "chunk_neighbours"
_SYLLABLES: Final = "ba bre cal do dri fe gan hol ik jo kra lem mu nor pe qui ra sto tul vi wen zo"
_TABLE: Final = KnowledgeChunk._meta.db_table
_COLUMNS: Final = (
    *("id", "organization_id", "bucket_id", "document_id", "created_at", "updated_at", "number"),
    *("heading", "content", "content_hash", "start", '"end"', "token_count", "embedding", "model"),
)
_SHELF: Final = "shelf_of_the_library"
_WORDS: Final = "to_tsvector('english', content) || to_tsvector('simple', content)"


@dataclass(frozen=True, slots=True)
class Library:
    organization_id: UUID
    brand_id: UUID
    buckets: tuple[tuple[UUID, int], ...]
    """Each with its number of passages, the largest first."""
    count: int

    @property
    def bucket_ids(self) -> tuple[UUID, ...]:
        return tuple(each for each, _ in self.buckets)

    def questions(self, many: int, random: Random) -> list[str]:
        """As people ask: a few words of one passage, in another order and another frame."""
        frames = (
            "What do you say about {}?",
            "How is it with {}?",
            "{}",
            "Tell me about {} please",
        )
        with unscoped("bench: words of passages"):
            rows = KnowledgeChunk.objects.filter(organization_id=self.organization_id)
            offsets = (random.randrange(self.count) for _ in range(many))
            texts = [rows.order_by("pk")[at : at + 1].get().content for at in offsets]
        asked = []
        for text in texts:
            words = random.sample(text.replace(".", " ").split(), random.randint(3, 6))
            asked.append(random.choice(frames).format(" ".join(words)))
        return asked


def stock(bench: Bench, count: int) -> Library:
    """The library that stands in the benchmark's database, or one that is made now."""
    with unscoped("bench: one organization with very much knowledge"):
        found = Organization.objects.using("operator").filter(slug=_slug(count)).first()
        if found is None:
            with bench.counted("Passages", count) as step:
                _Stocking(count).fill(step)
            found = Organization.objects.using("operator").get(slug=_slug(count))
        buckets = KnowledgeBucket.objects.filter(organization=found)
        sizes = {each.pk: KnowledgeChunk.objects.filter(bucket=each).count() for each in buckets}
        brand = BrandProfile.objects.get(organization=found)
    ordered = tuple(sorted(sizes.items(), key=lambda each: -each[1]))
    return Library(found.pk, brand.pk, ordered, sum(sizes.values()))


def _slug(count: int) -> str:
    return f"library-{count}"


class _Stocking:
    def __init__(self, count: int) -> None:
        self.count = count
        self.random = np.random.default_rng(5)
        self.moment = now()
        self.model = current_model()

    def fill(self, step: Any) -> None:
        definition = self._without_index()
        organization = Organization.objects.using("operator").create(
            name=NAME, slug=_slug(self.count)
        )
        brand = BrandProfile.objects.create(organization=organization, name="Library")
        made = 0
        for number, share in enumerate(SHARES):
            many = round(self.count * share / TIMES)
            bucket = KnowledgeBucket.objects.create(
                organization=organization, brand=brand, name=f"Shelf {number + 1}"
            )
            source = KnowledgeSource.objects.create(
                organization=organization,
                bucket=bucket,
                kind=KnowledgeSource.Kind.MANUAL,
                title=bucket.name,
                status=SourceStatus.READY,
            )
            for first in range(0, many, BATCH):
                some = min(BATCH, many - first)
                self._copy(organization, bucket, source, some, made)
                made += some
                step(some)
        self._multiply(organization, step)
        self._with_index(definition)

    def _copy(
        self, organization: Organization, bucket: Any, source: Any, many: int, made: int
    ) -> None:
        documents = [
            KnowledgeDocument(
                organization=organization,
                source=source,
                locator=f"{made + at}",
                title=f"Page {made + at}",
                content=".",
                content_hash=f"{made + at:064d}",
                language="en",
                read_at=self.moment,
            )
            for at in range(0, many, A_DOCUMENT)
        ]
        KnowledgeDocument.objects.bulk_create(documents)
        vectors = self._vectors(many)
        width = int(np.abs(vectors).max(axis=0).nonzero()[0][-1]) + 1
        rest = ",0" * (DIMENSIONS - width)
        columns = ", ".join(_COLUMNS)
        with transaction.atomic(using="operator"), connections["operator"].cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE shelf ON COMMIT DROP AS SELECT {columns} FROM {_TABLE} LIMIT 0"  # noqa: S608
            )
            with cursor.cursor.copy(f"COPY shelf ({columns}) FROM STDIN") as copy:
                for at in range(many):
                    text = self._text(made + at)
                    numbers = ",".join(map("{:.5g}".format, vectors[at, :width].tolist())) + rest
                    copy.write_row(
                        (
                            *(uuid7(), organization.pk, bucket.pk, documents[at // A_DOCUMENT].pk),
                            *(self.moment, self.moment, at % A_DOCUMENT, "", text),
                            *(f"{made + at:064x}", 0, len(text), len(text) // 4),
                            *(f"[{numbers}]", self.model),
                        )
                    )
            cursor.execute(
                f"INSERT INTO {_TABLE} ({columns}, words) SELECT {columns}, {_WORDS} FROM shelf"  # noqa: S608
            )

    def _multiply(self, organization: Organization, step: Any) -> None:
        columns = ", ".join(_COLUMNS[7:-2])
        with connections["operator"].cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE {_SHELF} AS "  # noqa: S608
                "SELECT row_number() OVER (ORDER BY id) - 1 AS place, "
                f"count(*) OVER () AS many, * FROM {_TABLE} WHERE organization_id = %s",
                [organization.pk],
            )
            cursor.execute(f"CREATE INDEX ON {_SHELF} (place)")
            cursor.execute(f"ANALYZE {_SHELF}")
            for time in range(1, TIMES):
                cursor.execute(
                    f"INSERT INTO {_TABLE} ({', '.join(_COLUMNS)}, words) "  # noqa: S608
                    "SELECT gen_random_uuid(), one.organization_id, one.bucket_id, "
                    "one.document_id, one.created_at, one.updated_at, one.number + 1000 * %s, "
                    f"{', '.join(f'one.{name.strip()}' for name in columns.split(','))}, "
                    "l2_normalize(one.embedding + one.embedding + other.embedding), one.model, "
                    f"one.words FROM {_SHELF} one JOIN {_SHELF} other "
                    "ON other.place = (one.place * 7919 + 104729 * %s) %% one.many",
                    [time, time],
                )
                step(cursor.rowcount)
            cursor.execute(f"DROP TABLE {_SHELF}")

    def _text(self, number: int) -> str:
        prose = [
            self._sentences[each] for each in self.random.integers(len(self._sentences), size=6)
        ]
        rare = self.random.zipf(1.15, RARE_WORDS) % len(self._vocabulary)
        told = " ".join(self._vocabulary[each] for each in rare)
        return f"{' '.join(prose)} {told.capitalize()}. Number {number}."[:1_000]

    def _vectors(self, many: int) -> NDArray[np.float32]:
        """Two real directions and a tenth of noise, in the columns that the model uses."""
        real = self._directions
        first = self.random.integers(len(real), size=many)
        second = self.random.integers(len(real), size=many)
        share = self.random.uniform(0.5, 1.0, size=(many, 1)).astype(np.float32)
        mixed = share * real[first] + (1 - share) * real[second]
        noise = self.random.standard_normal((many, DIMENSIONS), dtype=np.float32)
        mixed += 0.3 * noise / np.sqrt(DIMENSIONS) * (np.abs(real).max(axis=0) > 0)
        unit: NDArray[np.float32] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        return unit

    @cached_property
    def _sentences(self) -> list[str]:
        random = Random(5)
        writers = [Writer(trade, random) for trade in TRADES]
        posts = (
            writers[number % len(writers)].post(random.choice(list(Angle))).content
            for number in range(REAL)
        )
        return [" ".join(post.split()) for post in posts]

    @cached_property
    def _directions(self) -> NDArray[np.float32]:
        return np.asarray(embed(self._sentences).vectors)

    @cached_property
    def _vocabulary(self) -> list[str]:
        random, syllables = Random(6), _SYLLABLES.split()
        words = {"".join(random.choices(syllables, k=random.randint(2, 4))) for _ in range(90_000)}
        return sorted(words)[:VOCABULARY]

    def _without_index(self) -> str:
        """Many rows are faster put in before the index than into it."""
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [INDEX])
            definition = str(cursor.fetchone()[0])
            cursor.execute(f"DROP INDEX {INDEX}")
        return definition

    def _with_index(self, definition: str) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            cursor.execute(definition)
            cursor.execute("RESET maintenance_work_mem")
            cursor.execute(f"VACUUM ANALYZE {_TABLE}")
