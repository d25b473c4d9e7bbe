-- Every CAP message taken, byte for byte, with the state of its life cycle.
CREATE TABLE alerts (
    id            uuid PRIMARY KEY,                       -- version 7: sorts by acceptance
    sender        text NOT NULL,
    identifier    text NOT NULL,
    sent          timestamptz NOT NULL,
    sent_text     text NOT NULL,                          -- as written; -00:00 and +00:00 differ
    status        text NOT NULL CHECK (status IN ('Actual', 'Exercise', 'System', 'Test', 'Draft')),
    message_type  text NOT NULL CHECK (message_type IN ('Alert', 'Update', 'Cancel', 'Ack', 'Error')),
    scope         text NOT NULL CHECK (scope IN ('Public', 'Restricted', 'Private')),
    state         text NOT NULL CHECK (state IN ('active', 'superseded', 'cancelled', 'expired', 'recorded')),
    expires       timestamptz,                            -- when the last info block ends; null for messages that don't
    superseded_by uuid REFERENCES alerts (id),
    received_at   timestamptz NOT NULL,
    digest        bytea NOT NULL,                         -- SHA-256 of cap
    cap           bytea NOT NULL,                         -- the XML as received
    document      text NOT NULL,                          -- its JSON, encoded once
    UNIQUE (sender, identifier, sent)
);

CREATE INDEX alerts_active ON alerts (expires) WHERE state = 'active';
CREATE INDEX alerts_not_actual ON alerts (status, id) WHERE status <> 'Actual' AND scope = 'Public';

-- What each message refers to; target is null where this partition doesn't hold it.
CREATE TABLE alert_references (
    alert      uuid NOT NULL REFERENCES alerts (id),
    ordinal    int NOT NULL,
    sender     text NOT NULL,
    identifier text NOT NULL,
    sent       timestamptz NOT NULL,
    target     uuid REFERENCES alerts (id),
    PRIMARY KEY (alert, ordinal)
);

CREATE INDEX alert_references_target ON alert_references (target) WHERE target IS NOT NULL;
