-- Where a change's entry is written, in the change's own transaction. No index: the cheapest write there is.
-- It is empty at rest. The sequencer vacuums it by count, long before autovacuum would look.
CREATE TABLE journal.inbox (
    ordinal      bigint GENERATED ALWAYS AS IDENTITY,
    id           uuid        NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    topic        text        NOT NULL,
    type         text        NOT NULL,
    subject      text,
    content_type text        NOT NULL,
    data         text        NOT NULL,
    trace_parent text
);

-- One row: the newest position, and the epoch that may give the next one. Whoever holds its lock gives positions.
CREATE TABLE journal.head (
    singleton  boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    position   bigint      NOT NULL DEFAULT 0,
    epoch      integer     NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO journal.head DEFAULT VALUES;

-- The journal. Neither a constraint nor an index here may refuse an entry that the inbox accepted: one such entry
-- would stop all that follow. The id is therefore not unique here; it is by how it is made (RFC 9562, version 7).
CREATE TABLE journal.entry (
    position     bigint      NOT NULL PRIMARY KEY,
    epoch        integer     NOT NULL,
    id           uuid        NOT NULL,
    recorded_at  timestamptz NOT NULL,
    topic        text        NOT NULL,
    type         text        NOT NULL,
    subject      text,
    content_type text        NOT NULL,
    data         text        NOT NULL,
    trace_parent text
) PARTITION BY RANGE (position);
CREATE INDEX entry_id ON journal.entry (id);
CREATE INDEX entry_topic ON journal.entry (topic, position);

-- The partitions of journal.entry: table entry_<first> holds the positions first to last.
CREATE TABLE journal.segment (
    first bigint NOT NULL PRIMARY KEY,
    last  bigint NOT NULL CHECK (last >= first)
);

-- digest: the first 16 bytes of SHA-256 over scope and key. status 0: the change is still being made.
CREATE TABLE journal.idempotency (
    digest       uuid        NOT NULL PRIMARY KEY,
    fingerprint  bytea       NOT NULL,
    status       smallint    NOT NULL DEFAULT 0,
    content_type text,
    body         bytea,
    location     text,
    receipts     uuid[],
    created_at   timestamptz NOT NULL DEFAULT now()
) WITH (autovacuum_vacuum_scale_factor = 0.02);

CREATE TABLE journal.cursor (
    follower   text        NOT NULL PRIMARY KEY,
    position   bigint      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
