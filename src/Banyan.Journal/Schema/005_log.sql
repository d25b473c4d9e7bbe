-- The log: a Merkle tree over the journal, kept as it is served (C2SP tlog-tiles); docs/log.md. Nothing in it is personal.
CREATE SCHEMA log;

-- One row, from when a process first keeps the log: how many leaves the tree has. The journal keeps what comes after.
CREATE TABLE log.tree (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    size      bigint  NOT NULL DEFAULT 0,
    epoch     integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- Full tiles: 256 hashes. Hashes don't compress, so it is not tried.
CREATE TABLE log.tile (
    level  smallint NOT NULL,
    index  bigint   NOT NULL,
    hashes bytea    NOT NULL,
    PRIMARY KEY (level, index)
);

-- Full bundles of 256 leaves, in gzip as they are served.
CREATE TABLE log.bundle (
    index   bigint NOT NULL PRIMARY KEY,
    entries bytea  NOT NULL
);

ALTER TABLE log.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE log.bundle ALTER COLUMN entries SET STORAGE EXTERNAL;

-- The right edge. Of level 0 and of the last bundle: the leaves themselves, piece by piece as they came, in a bundle's form.
-- Of the levels above: the hashes of the last, partial tile.
CREATE TABLE log.part (
    first  bigint NOT NULL PRIMARY KEY,
    leaves bytea  NOT NULL
);
CREATE TABLE log.edge (
    level  smallint NOT NULL PRIMARY KEY,
    hashes bytea    NOT NULL
) WITH (fillfactor = 50);

-- The newest checkpoint that was published, with its cosignatures.
CREATE TABLE log.checkpoint (
    singleton    boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
    size         bigint      NOT NULL,
    note         text        NOT NULL,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Takes the tree from one size to the next, in the transaction that writes what is new of it: refused where the journal has
-- passed the epoch, or where another process has grown the tree.
CREATE FUNCTION log.advance(was bigint, becomes bigint, ours integer) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM journal.assert_epoch(ours);
    UPDATE log.tree SET size = becomes, epoch = ours WHERE size = was;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The log''s tree has another size than %', was USING ERRCODE = 'BN002';
    END IF;
    RETURN true;
END $$;
