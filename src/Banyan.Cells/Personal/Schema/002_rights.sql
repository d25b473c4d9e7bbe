-- Who looked at whose data; docs/personal-data.md. The id is that of the journal's entry.
CREATE TABLE personal.access (
    id        uuid        PRIMARY KEY,                   -- version 7: sorts by time
    subject   text        NOT NULL,
    looked_at timestamptz NOT NULL,
    by_kind   text        NOT NULL CHECK (by_kind IN ('staff', 'machine')),
    by        text        NOT NULL,
    action    text        NOT NULL,
    purpose   text        NOT NULL
);
CREATE INDEX access_subject ON personal.access (subject, id);

-- What persons have asked for, by themselves or through staff. A deletion is done when every standby has it, too: those
-- that have received the write-ahead log up to replicate_to.
CREATE TABLE personal.request (
    id           uuid        PRIMARY KEY,                -- version 7: sorts by time
    subject      text        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('export', 'correction', 'deletion')),
    by_kind      text        NOT NULL CHECK (by_kind IN ('resident', 'staff', 'machine')),
    by           text        NOT NULL,
    details      bytea,                                  -- sealed
    state        text        NOT NULL CHECK (state IN ('open', 'spreading', 'done')),
    asked_at     timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    done_at      timestamptz,
    missed_at    timestamptz,
    replicate_to pg_lsn,
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX request_subject ON personal.request (subject, id);
CREATE INDEX request_open ON personal.request (due_at) WHERE state <> 'done';
