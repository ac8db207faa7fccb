-- Times are nanoseconds since the Unix epoch (UTC); ids are lower-case hex.

CREATE TABLE project (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    -- Lower-cased: names are unique without regard to case.
    name_key   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    -- When the last of its rows was erased; from then on nothing has to be hidden.
    erased_at  BIGINT
);
CREATE UNIQUE INDEX project_name_key ON project (name_key) WHERE deleted_at IS NULL;
CREATE INDEX project_to_erase ON project (deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL;

CREATE TABLE api_key (
    id           TEXT PRIMARY KEY,
    project_id   TEXT NOT NULL REFERENCES project (id),
    name         TEXT NOT NULL,
    -- Separated by commas.
    scopes       TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    secret_hash  BLOB NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX api_key_project ON api_key (project_id);

-- One row, id 1.
CREATE TABLE admin (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    password_hash TEXT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE writer (
    id            TEXT PRIMARY KEY,
    label         TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    heartbeat     BIGINT NOT NULL,
    fenced_at     BIGINT
);

-- One row, id 1. Its lock puts publications, fencing and quarantine in one order.
CREATE TABLE commit_counter (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    seq           BIGINT NOT NULL,
    -- The newest retired_seq among forgotten segments: changes cannot be told from before it.
    forgotten_seq BIGINT NOT NULL
);
INSERT INTO commit_counter (id, seq, forgotten_seq) VALUES (1, 0, 0);

CREATE TABLE segment (
    id                TEXT PRIMARY KEY,
    kind              TEXT NOT NULL,
    level             BIGINT NOT NULL,
    partition_key     TEXT NOT NULL,
    -- Separated by commas.
    projects          TEXT NOT NULL,
    min_time          BIGINT NOT NULL,
    max_time          BIGINT NOT NULL,
    row_count         BIGINT NOT NULL,
    byte_count        BIGINT NOT NULL,
    -- NULL: the bytes are in segment_inline.
    file              TEXT,
    checksum          BLOB NOT NULL,
    schema_version    BIGINT NOT NULL,
    writer_id         TEXT NOT NULL,
    created_at        BIGINT NOT NULL,
    commit_seq        BIGINT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('live', 'retired', 'quarantined')),
    -- The publication that took it out of reads.
    retired_seq       BIGINT,
    retired_at        BIGINT,
    quarantine_reason TEXT
);
CREATE INDEX segment_live ON segment (commit_seq) WHERE state = 'live';
CREATE INDEX segment_gone ON segment (retired_seq) WHERE retired_seq IS NOT NULL;

-- Apart from segment, so that listings never read it.
CREATE TABLE segment_inline (
    id    TEXT PRIMARY KEY REFERENCES segment (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL
);

CREATE TABLE snapshot_lease (
    id         TEXT PRIMARY KEY,
    commit_seq BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX snapshot_lease_expiry ON snapshot_lease (expires_at);

CREATE TABLE job_lease (
    job        TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    token      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Hides rows up to its commit_seq in every read. Not written yet.
CREATE TABLE tombstone (
    id         TEXT PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project (id),
    -- What is hidden: JSON.
    target     TEXT NOT NULL,
    commit_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);
CREATE INDEX tombstone_active ON tombstone (commit_seq) WHERE retired_at IS NULL;

-- Spans whose client has reported the start and not yet the end. Not written yet.
CREATE TABLE pending_span (
    project_id TEXT NOT NULL REFERENCES project (id),
    trace_id   TEXT NOT NULL,
    span_id    TEXT NOT NULL,
    body       BLOB NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, trace_id, span_id)
);
CREATE INDEX pending_span_idle ON pending_span (updated_at);
