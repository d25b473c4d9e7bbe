-- Keys: a person's or a purpose's, wrapped under one of the partition, wrapped under a root key; docs/keys.md describes them.
CREATE TABLE personal.partition_key (
    version      int         PRIMARY KEY CHECK (version >= 1),
    root_version int         NOT NULL,
    wrapped      bytea       NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- wrapped is null once the key was shredded: what stays says only that nothing may be sealed under this name again. The
-- reference keeps a key from being made under a version that is being retired.
CREATE TABLE personal.key (
    kind              text        NOT NULL CHECK (kind IN ('subject', 'purpose')),
    name              text        NOT NULL,
    partition_version int         REFERENCES personal.partition_key (version),
    wrapped           bytea,
    made_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    shredded_at       timestamptz,
    PRIMARY KEY (kind, name),
    CHECK ((wrapped IS NULL) = (partition_version IS NULL)),
    CHECK ((wrapped IS NULL) = (shredded_at IS NOT NULL))
);
CREATE INDEX key_partition_version ON personal.key (partition_version) WHERE partition_version IS NOT NULL;
