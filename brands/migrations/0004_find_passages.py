"""Passages are found by their words and by their vectors.

Words go through a door: under row-level security PostgreSQL uses an index only for operators that
are marked as leakproof, and the text search's is not, so that each look-up would read every row of
the organization. The door compares with the same setting as the policy does.
"""

import django.contrib.postgres.indexes
from django.db import migrations

from config.kernel.migrations import AddVectorIndex, Door

# Steps go from strict to loose; a looser one is asked only while too little was found, and the
# loosest only when nothing was. Rows beyond three hundred are not ranked: so many share only words
# that everybody uses, and each costs a read of its own. Each step is planned for
# its own words (EXECUTE), since a plan for rare words is a bad one for common ones.
KNOWLEDGE_WORDS = """
CREATE FUNCTION knowledge_words(steps tsquery[], buckets uuid[], hidden uuid[], most integer)
RETURNS TABLE (chunk_id uuid, step integer, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  here uuid := NULLIF(current_setting('app.org', true), '')::uuid;
  found_rows integer := 0;
  more integer;
BEGIN
  FOR place IN 1 .. coalesce(array_length(steps, 1), 0) LOOP
    RETURN QUERY EXECUTE $look$
      SELECT match.id, $5, ts_rank_cd(match.words, $1, 1) FROM (
        SELECT c.id, c.words FROM brands_knowledgechunk c
        WHERE c.words @@ $1 AND c.organization_id = $2 AND c.bucket_id = ANY($3)
          AND (c.document_id IS NULL OR c.document_id <> ALL($4))
        LIMIT 300
      ) match ORDER BY 3 DESC, 1 LIMIT $6
    $look$ USING steps[place], here, buckets, hidden, place, most;
    GET DIAGNOSTICS more = ROW_COUNT;
    found_rows := found_rows + more;
    EXIT WHEN found_rows >= most OR (place > 1 AND found_rows > 0);
  END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("brands", "0003_know_voices_and_sources")]

    operations = [
        migrations.AddIndex(
            model_name="knowledgechunk",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["words"], name="chunk_words"
            ),
        ),
        AddVectorIndex("KnowledgeChunk", "embedding", name="chunk_neighbours"),
        Door(
            "knowledge_words(tsquery[], uuid[], uuid[], integer)",
            KNOWLEDGE_WORDS,
            reads=["brands_knowledgechunk"],
        ),
    ]
