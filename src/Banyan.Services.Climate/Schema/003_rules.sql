-- Rules over readings. version grows with each change: who evaluates an older one can't fire it any more.
CREATE TABLE climate.rule (
    name       text        NOT NULL PRIMARY KEY,
    definition jsonb       NOT NULL,
    version    bigint      NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Where a rule has fired and not been re-armed since, by series; written in the transaction of the alert's request.
CREATE TABLE climate.rule_state (
    rule   text             NOT NULL REFERENCES climate.rule ON DELETE CASCADE,
    series bigint           NOT NULL,
    fired  boolean          NOT NULL,
    since  timestamptz      NOT NULL,
    value  double precision NOT NULL,
    PRIMARY KEY (rule, series)
) WITH (fillfactor = 70);
