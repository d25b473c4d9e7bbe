-- Where else a deletion has to reach: the platform's other partitions, each of which answers when it is done there, in its
-- standbys too. Of a deletion that was asked for elsewhere there is one row, our own, with our receipt. docs/personal-data.md.
CREATE TABLE personal.elsewhere (
    request     uuid        NOT NULL REFERENCES personal.request (id) ON DELETE CASCADE,
    partition   text        NOT NULL,
    receipt     uuid,                                    -- the entry in that partition's journal
    answered_at timestamptz,
    PRIMARY KEY (request, partition),
    CHECK ((receipt IS NULL) = (answered_at IS NULL))
);
CREATE INDEX elsewhere_open ON personal.elsewhere (request) WHERE answered_at IS NULL;
