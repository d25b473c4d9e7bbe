-- Who is to be told by webhook. The secret has to be readable, since it signs; sealing it under a key of the platform
-- comes with identity.
CREATE TABLE subscriptions (
    id          uuid PRIMARY KEY,                         -- version 7
    url         text NOT NULL,
    target      text NOT NULL,                            -- host:port, for limits
    interest    text NOT NULL,                            -- JSON, as it was asked for
    format      text NOT NULL CHECK (format IN ('cloudevents', 'cap')),
    secret      bytea NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'disabled')),
    reason      text,                                     -- why it was disabled
    follows     boolean NOT NULL DEFAULT false,           -- set when the journal's follower has come to its creation
    created_at  timestamptz NOT NULL
);

CREATE INDEX subscriptions_target ON subscriptions (target);

-- What is delivered, once for all deliveries of it.
CREATE TABLE webhook_events (
    entry       uuid PRIMARY KEY,                         -- the journal entry
    position    bigint NOT NULL,
    epoch       int NOT NULL,
    type        text NOT NULL,
    subject     text,
    recorded_at timestamptz NOT NULL,
    alert       uuid NOT NULL,
    data        text NOT NULL
);

CREATE TABLE deliveries (
    id           uuid PRIMARY KEY,                        -- the webhook-id
    subscription uuid NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    entry        uuid NOT NULL REFERENCES webhook_events (entry),
    state        text NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts     int NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL,
    since        timestamptz NOT NULL,                    -- when it was first due, or asked for again
    finished_at  timestamptz,
    last_status  int,
    last_error   text,
    UNIQUE (subscription, entry)
);

CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'pending';
CREATE INDEX deliveries_of ON deliveries (subscription, state, id);
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE state <> 'pending';
CREATE INDEX deliveries_entry ON deliveries (entry);
