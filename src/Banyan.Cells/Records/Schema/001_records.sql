-- What the control plane has done with this partition, each fact once: kind and key name it, receipt is its journal entry.
CREATE TABLE platform.record (
    kind        text        NOT NULL CHECK (kind IN ('epoch', 'deployment')),
    key         text        NOT NULL,
    receipt     uuid        NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    document    text        NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX record_newest ON platform.record (recorded_at DESC, key DESC);
