-- Readings of sensors, by series, in compressed blocks; docs/climate.md describes them.

-- A bucket (InfluxDB 2.x) or a database with its retention policy (1.x). Nanoseconds; 0 keeps for ever.
CREATE TABLE climate.namespace (
    id        int    GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text   NOT NULL UNIQUE,
    retention bigint NOT NULL CHECK (retention >= 0)
);

CREATE TABLE climate.measurement (
    id        int  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace int  NOT NULL REFERENCES climate.namespace,
    name      text NOT NULL,
    UNIQUE (namespace, name)
);

-- Blocks name a field by its number. kind: 0 float, 1 integer, 2 unsigned, 3 boolean, 4 string; it never changes.
CREATE TABLE climate.field (
    measurement int      NOT NULL REFERENCES climate.measurement,
    number      int      NOT NULL,
    name        text     NOT NULL,
    kind        smallint NOT NULL,
    PRIMARY KEY (measurement, number),
    UNIQUE (measurement, name)
);

-- hash: the first 16 bytes of SHA-256 over namespace, measurement and sorted tags.
CREATE TABLE climate.series (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    measurement int    NOT NULL REFERENCES climate.measurement,
    tags        jsonb  NOT NULL,
    hash        uuid   NOT NULL UNIQUE
);
CREATE INDEX series_measurement ON climate.series (measurement, id);
CREATE INDEX series_tags ON climate.series USING gin (tags jsonb_path_ops);

-- One block holds points of one series within one week. Blocks of a series may overlap: of two values for the same
-- time and field, that of the block with the greater id counts. Partitions are named block_<week> and made on demand;
-- week n begins n * 604,800 s after 1970-01-01 UTC.
CREATE SEQUENCE climate.block_id;
CREATE TABLE climate.block (
    series bigint NOT NULL,
    id     bigint NOT NULL DEFAULT nextval('climate.block_id'),
    first  bigint NOT NULL,                               -- nanoseconds since 1970
    last   bigint NOT NULL,
    count  int    NOT NULL,
    data   bytea  NOT NULL
) PARTITION BY RANGE (first);
-- The data is compressed already; pglz would only burn time.
ALTER TABLE climate.block ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE INDEX block_series ON climate.block (series, first);

-- Hours of series whose roll-ups are behind the readings: written in the transaction of the readings, deleted in that
-- of the roll-ups. The arrays belong together; hour n begins n * 3,600 s after 1970.
CREATE TABLE climate.stale (
    id     bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL,
    series bigint[] NOT NULL,
    hour   int[]    NOT NULL
);
