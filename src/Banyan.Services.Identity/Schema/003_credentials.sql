-- Verifiable credentials: the organisation's keys, what was issued, and status lists. Status entries name nobody and stay
-- when a person is deleted: what was issued to it stays revoked.
CREATE TABLE issuer_keys (
    id           text PRIMARY KEY,                        -- the thumbprint of its JWK
    x            text NOT NULL,
    y            text NOT NULL,
    secret       bytea,                                   -- PKCS #8, sealed with the partition's key; gone once it was withdrawn
    created_at   timestamptz NOT NULL,
    signs_from   timestamptz NOT NULL,
    withdrawn_at timestamptz
);

CREATE TABLE status_lists (
    id           int PRIMARY KEY,
    used         int NOT NULL,                            -- entries that were given
    version      bigint NOT NULL DEFAULT 0                -- grows with each revocation
);

CREATE TABLE status_entries (
    list         int NOT NULL REFERENCES status_lists (id),
    entry        int NOT NULL CHECK (entry BETWEEN 0 AND 131071),
    revoked      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (list, entry)
);

CREATE INDEX status_entries_revoked ON status_entries (list) WHERE revoked;

-- How well a person is known, as it was issued to the person.
CREATE TABLE credentials (
    id           uuid PRIMARY KEY,
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    level        smallint NOT NULL CHECK (level BETWEEN 2 AND 3),
    verified_at  timestamptz NOT NULL,                    -- when the case was decided
    holder       bytea,                                   -- sealed: the DID of the person's own key; null: bound to none
    list         int NOT NULL,
    entry        int,                                     -- null once it is over, before the row goes: then nothing is to be ended
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_for  text,
    FOREIGN KEY (list, entry) REFERENCES status_entries (list, entry)
);

CREATE INDEX credentials_subject ON credentials (subject);
CREATE INDEX credentials_expires ON credentials (expires_at);

-- What was attested of drills.
CREATE TABLE evidence (
    id           uuid PRIMARY KEY,
    receipt      uuid NOT NULL,
    claims       text NOT NULL,                           -- JSON: the credential's subject
    list         int NOT NULL,
    entry        int NOT NULL,
    issued_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    FOREIGN KEY (list, entry) REFERENCES status_entries (list, entry)
);

CREATE UNIQUE INDEX evidence_live ON evidence (receipt) WHERE revoked_at IS NULL;

-- Whatever ends a credential ends its entry with it, in the same transaction: a revocation, a person's
-- deletion, an account that is removed.
CREATE FUNCTION end_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NULL AND OLD.entry IS NOT NULL THEN
        UPDATE identity.status_entries SET revoked = true WHERE list = OLD.list AND entry = OLD.entry AND NOT revoked;
        UPDATE identity.status_lists SET version = version + 1 WHERE id = OLD.list;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER credentials_ended AFTER DELETE ON credentials FOR EACH ROW EXECUTE FUNCTION end_entry();
CREATE TRIGGER credentials_revoked AFTER UPDATE OF revoked_at ON credentials FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION end_entry();
CREATE TRIGGER evidence_revoked AFTER UPDATE OF revoked_at ON evidence FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION end_entry();

-- A decision that was wrong can be reversed.
ALTER TABLE cases DROP CONSTRAINT cases_state_check;
ALTER TABLE cases ADD CONSTRAINT cases_state_check CHECK (state IN ('open', 'approved', 'declined', 'withdrawn', 'reversed'));
ALTER TABLE cases ADD COLUMN reversed_by text;
ALTER TABLE cases ADD COLUMN reversed_at timestamptz;
ALTER TABLE cases ADD COLUMN reversal bytea;              -- sealed: why
