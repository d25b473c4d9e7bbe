-- Passkeys (WebAuthn Level 3): what a person's authenticators are recognized by. The private keys never leave those.
CREATE TABLE passkeys (
    id              text PRIMARY KEY,                     -- 'region.22 characters'
    fingerprint     bytea NOT NULL UNIQUE,                -- keyed hash of the credential's id
    subject         text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    handle          text NOT NULL,                        -- the user handle that the authenticator keeps: 'region.22 characters', not the subject
    credential      bytea NOT NULL,                       -- sealed: the credential's id
    public_key      bytea NOT NULL,                       -- sealed: a COSE key
    name            bytea NOT NULL,                       -- sealed: as the person calls it
    counter         bigint NOT NULL,                      -- the authenticator's count of signatures; 0 where it does not count
    transports      text[] NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up       boolean NOT NULL,
    created_at      timestamptz NOT NULL,
    used_at         timestamptz,
    suspect_at      timestamptz                           -- when the counter went back last: there may be a copy
);

CREATE INDEX passkeys_subject ON passkeys (subject);

-- Ceremonies whose challenge was answered, until they would have expired: none is taken twice.
CREATE TABLE ceremonies (
    hash            bytea PRIMARY KEY,
    expires_at      timestamptz NOT NULL
);

CREATE INDEX ceremonies_expires ON ceremonies (expires_at);
