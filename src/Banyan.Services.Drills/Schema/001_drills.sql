-- Drills: what their clients wrote, and what came of them.
CREATE TABLE runs (
    id        uuid PRIMARY KEY,
    scenario  text NOT NULL,
    region    text NOT NULL,
    opened_at timestamptz NOT NULL
);

-- No key on (run, client, seq): a change that was done twice must show.
CREATE TABLE marks (
    run    uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    client int NOT NULL,
    seq    bigint NOT NULL,
    entry  uuid NOT NULL                                   -- of the journal, and the receipt
);

CREATE INDEX marks_by_client ON marks (run, client, seq);

CREATE TABLE evidence (
    id          uuid PRIMARY KEY,                          -- version 7: sorts by time
    recorded_at timestamptz NOT NULL,
    document    text NOT NULL
);
