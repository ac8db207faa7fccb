-- Derived data beside a segment, what was erased from it, and the order of its rows' publications.
ALTER TABLE segment ADD COLUMN first_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE segment ADD COLUMN clean_seq BIGINT NOT NULL DEFAULT 0;
-- 0 or 1.
ALTER TABLE segment ADD COLUMN without_payload BIGINT NOT NULL DEFAULT 0;
ALTER TABLE segment ADD COLUMN sidecar_bytes BIGINT;
ALTER TABLE segment ADD COLUMN sidecar_checksum BLOB;
UPDATE segment SET first_seq = commit_seq WHERE level = 0;

-- Never written: running spans are rows of the lake, and erasures have a table of their own.
DROP TABLE pending_span;
DROP TABLE tombstone;

-- What was asked to be erased. It hides rows up to its seq in every read until they are gone.
CREATE TABLE erasure (
    id             TEXT PRIMARY KEY,
    project_id     TEXT NOT NULL REFERENCES project (id),
    -- As asked for: JSON.
    target         TEXT NOT NULL,
    -- The publication that it took effect with.
    seq            BIGINT NOT NULL,
    requested_at   BIGINT NOT NULL,
    -- Spans that it hid.
    hidden_spans   BIGINT NOT NULL,
    -- What is hidden: ids, as `model::erase::Hidden` writes them.
    hidden         BLOB NOT NULL,
    -- The publication after which no live segment held any of it, and when that was.
    rewritten_seq  BIGINT,
    rewritten_at   BIGINT,
    -- When the last file that had held any of it was deleted.
    erased_at      BIGINT
);
CREATE INDEX erasure_active ON erasure (seq) WHERE rewritten_at IS NULL;
CREATE INDEX erasure_project ON erasure (project_id, requested_at);

-- How long rows are kept: JSON. NULL: for ever.
ALTER TABLE project ADD COLUMN retention TEXT;
