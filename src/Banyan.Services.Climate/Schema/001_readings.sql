-- Readings, by series, in compressed blocks; see docs/climate.md.

CREATE TABLE climate.namespace (
    id        int    GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text   NOT NULL UNIQUE,
    retention bigint NOT NULL                            -- nanoseconds; 0 keeps for ever
);
