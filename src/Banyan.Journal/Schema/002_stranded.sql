-- When each epoch began: the newest position that the epochs before it had given here. An old primary that returns shares the
-- journal up to there, and nothing that it numbered after that.
CREATE TABLE journal.epoch (
    epoch    integer     NOT NULL PRIMARY KEY,
    after    bigint      NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Changes that an old primary had accepted and that never came here, found on its return. Somebody decides on each.
CREATE TABLE journal.stranded (
    id           uuid        NOT NULL PRIMARY KEY,
    number       bigint      GENERATED ALWAYS AS IDENTITY,
    origin       text        NOT NULL,
    epoch        integer     NOT NULL,
    position     bigint,
    recorded_at  timestamptz NOT NULL,
    topic        text        NOT NULL,
    type         text        NOT NULL,
    subject      text,
    content_type text        NOT NULL,
    data         text        NOT NULL,
    trace_parent text,
    found_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    state        text        NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'replayed', 'discarded')),
    decided_at   timestamptz
);
CREATE UNIQUE INDEX stranded_number ON journal.stranded (number);

-- Each return of an old primary, written in the transaction that keeps what was found.
CREATE TABLE journal.returned (
    origin   text        NOT NULL,
    epoch    integer     NOT NULL,
    shared   bigint      NOT NULL,
    head     bigint      NOT NULL,
    found    integer     NOT NULL,
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (origin, epoch)
);
