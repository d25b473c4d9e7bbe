-- Roll-ups: count, sum, least, greatest, first and last of each field, by series. A row holds the buckets of one span,
-- as a block whose points are buckets: minutes of an hour, hours of a day, days of 32 days (from 1970-01-01 UTC).
-- first is the span's beginning in nanoseconds. Partitions of the minutes are four weeks wide.
CREATE TABLE climate.rollup_minute (
    series bigint NOT NULL,
    first  bigint NOT NULL,
    data   bytea  NOT NULL
) PARTITION BY RANGE (first);
ALTER TABLE climate.rollup_minute ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX rollup_minute_key ON climate.rollup_minute (series, first);

CREATE TABLE climate.rollup_hour (
    series bigint NOT NULL,
    first  bigint NOT NULL,
    data   bytea  NOT NULL,
    PRIMARY KEY (series, first)
) WITH (toast_tuple_target = 8160);
ALTER TABLE climate.rollup_hour ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE climate.rollup_day (
    series bigint NOT NULL,
    first  bigint NOT NULL,
    data   bytea  NOT NULL,
    PRIMARY KEY (series, first)
) WITH (toast_tuple_target = 8160);
ALTER TABLE climate.rollup_day ALTER COLUMN data SET STORAGE EXTERNAL;
