-- What clients store beyond telemetry. A document is JSON: what no statement asks for (docs/adr/0009).
-- Names and ids are compared byte by byte, as SQLite does.

CREATE TABLE prompt (
    project_id   TEXT NOT NULL REFERENCES project (id),
    name         TEXT COLLATE "C" NOT NULL,
    -- The newest ever made: numbers are not used twice.
    last_version BIGINT NOT NULL,
    PRIMARY KEY (project_id, name)
);

CREATE TABLE prompt_version (
    project_id TEXT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    -- 'text' or 'chat'.
    kind       TEXT NOT NULL,
    -- JSON.
    tags       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (project_id, name, version),
    FOREIGN KEY (project_id, name) REFERENCES prompt (project_id, name) ON DELETE CASCADE
);

CREATE TABLE prompt_label (
    project_id TEXT NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    label      TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (project_id, name, label),
    FOREIGN KEY (project_id, name, version) REFERENCES prompt_version (project_id, name, version) ON DELETE CASCADE
);

CREATE TABLE dataset (
    project_id TEXT NOT NULL REFERENCES project (id),
    id         TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE UNIQUE INDEX dataset_name ON dataset (project_id, name);

CREATE TABLE dataset_item (
    project_id      TEXT NOT NULL,
    id              TEXT COLLATE "C" NOT NULL,
    dataset_id      TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    status          TEXT NOT NULL,
    source_trace_id TEXT,
    source_span_id  TEXT,
    document        TEXT NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, dataset_id) REFERENCES dataset (project_id, id) ON DELETE CASCADE
);
CREATE INDEX dataset_item_place ON dataset_item (project_id, dataset_id, position, id);

CREATE TABLE experiment (
    project_id TEXT NOT NULL REFERENCES project (id),
    id         TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    dataset_id TEXT COLLATE "C",
    protocol   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (project_id, id)
);
CREATE INDEX experiment_created ON experiment (project_id, created_at, id);

CREATE TABLE experiment_result (
    project_id    TEXT NOT NULL,
    experiment_id TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    position      BIGINT NOT NULL,
    item_id       TEXT,
    trace_id      TEXT,
    -- 0 or 1; NULL: not judged.
    passed        BIGINT,
    -- 0 or 1.
    has_error     BIGINT NOT NULL,
    duration_ms   DOUBLE PRECISION,
    -- In 10^-12 US dollars.
    cost          BIGINT,
    document      TEXT NOT NULL,
    PRIMARY KEY (project_id, experiment_id, id),
    FOREIGN KEY (project_id, experiment_id) REFERENCES experiment (project_id, id) ON DELETE CASCADE
);
CREATE INDEX experiment_result_place ON experiment_result (project_id, experiment_id, position, id);

-- What summaries add up of the verdicts in a result's document.
CREATE TABLE experiment_verdict (
    project_id    TEXT NOT NULL,
    experiment_id TEXT COLLATE "C" NOT NULL,
    result_id     TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    value         DOUBLE PRECISION,
    -- 0 or 1; NULL: it does not say.
    success       BIGINT,
    -- 0 or 1.
    has_error     BIGINT NOT NULL,
    PRIMARY KEY (project_id, experiment_id, result_id, name),
    FOREIGN KEY (project_id, experiment_id, result_id) REFERENCES experiment_result (project_id, experiment_id, id) ON DELETE CASCADE
);

CREATE TABLE media (
    project_id TEXT NOT NULL REFERENCES project (id),
    id         TEXT COLLATE "C" NOT NULL,
    mime_type  TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, id)
);

-- Apart from media, so that looking one up never reads it.
CREATE TABLE media_content (
    project_id TEXT NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    content    BYTEA NOT NULL,
    PRIMARY KEY (project_id, id),
    FOREIGN KEY (project_id, id) REFERENCES media (project_id, id) ON DELETE CASCADE
);
