-- Prices of one's own: a list for each project, and one for all of them.
CREATE TABLE price_list (
    -- The project's id; empty: the list for all.
    scope       TEXT PRIMARY KEY,
    version     BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    -- JSON, as crate `pricing` reads it.
    prices      TEXT NOT NULL
);
