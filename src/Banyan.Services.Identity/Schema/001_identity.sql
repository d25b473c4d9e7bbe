-- People and what they log in with. What is personal (names, addresses, documents, secrets of a person) is sealed with
-- the person's key (Banyan.Cells.Personal); people are found by a keyed hash of their address only.
CREATE TABLE accounts (
    subject      text PRIMARY KEY,                        -- 'region.22 characters', the sub of tokens
    kind         text NOT NULL CHECK (kind IN ('resident', 'staff')),
    state        text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    verification smallint NOT NULL DEFAULT 0 CHECK (verification BETWEEN 0 AND 3),
    roles        text[] NOT NULL DEFAULT '{}',
    name         bytea,                                   -- sealed
    password     text NOT NULL,                           -- a hash that says how it was made
    password_at  timestamptz NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE TABLE identifiers (
    fingerprint  bytea PRIMARY KEY,                       -- keyed hash of the normal form
    kind         text NOT NULL CHECK (kind IN ('email', 'phone')),
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    sealed       bytea NOT NULL,
    confirmed_at timestamptz
);

CREATE INDEX identifiers_subject ON identifiers (subject);

-- Registrations and resets that wait for the code which was sent.
CREATE TABLE confirmations (
    hash         bytea PRIMARY KEY,                       -- of the token that whoever asked has
    fingerprint  bytea NOT NULL,
    purpose      text NOT NULL CHECK (purpose IN ('register', 'reset')),
    subject      text NOT NULL,                           -- that the account has, or will have
    kind         text NOT NULL,
    sealed       bytea NOT NULL,
    name         bytea,
    password     text,                                    -- of a registration
    code         bytea NOT NULL,                          -- keyed hash
    void         boolean NOT NULL,                        -- no code confirms it: the address is taken (register), or unknown (reset)
    attempts     int NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX confirmations_fingerprint ON confirmations (fingerprint);
CREATE INDEX confirmations_expires ON confirmations (expires_at);

-- What is to be sent to people, until whoever sends it has taken it.
CREATE TABLE messages (
    id           uuid PRIMARY KEY,
    subject      text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('email', 'phone')),
    sealed       bytea NOT NULL,                          -- address and text
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX messages_expires ON messages (expires_at);

-- Failed logins in a row, of known and of unknown addresses alike.
CREATE TABLE attempts (
    fingerprint  bytea PRIMARY KEY,
    failures     int NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);

CREATE INDEX attempts_last ON attempts (last_at);

-- Second factors.
CREATE TABLE totp (
    subject      text PRIMARY KEY REFERENCES accounts (subject) ON DELETE CASCADE,
    secret       bytea NOT NULL,                          -- sealed
    confirmed_at timestamptz,
    last_step    bigint NOT NULL DEFAULT 0                -- no code of this step or before is taken again
);

CREATE TABLE recovery_codes (
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    hash         bytea NOT NULL,
    used_at      timestamptz,
    PRIMARY KEY (subject, hash)
);

-- Logins whose password was right and whose second factor is still to come.
CREATE TABLE challenges (
    hash         bytea PRIMARY KEY,
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    fingerprint  bytea NOT NULL,
    attempts     int NOT NULL DEFAULT 0,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX challenges_expires ON challenges (expires_at);

CREATE TABLE sessions (
    id           text PRIMARY KEY,
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    secret       bytea NOT NULL UNIQUE,                   -- SHA-256 of the browser's cookie
    assurance    smallint NOT NULL,
    methods      text[] NOT NULL,
    agent        bytea,                                   -- sealed: the browser's name for itself
    began_at     timestamptz NOT NULL,                    -- when the person proved who it is
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz
);

CREATE INDEX sessions_subject ON sessions (subject);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- Programs that people log in to, and programs that act for themselves.
CREATE TABLE clients (
    id           text PRIMARY KEY,
    name         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('public', 'confidential')),
    secret       bytea,                                   -- SHA-256
    old_secret   bytea,
    old_until    timestamptz,
    redirects    text[] NOT NULL,
    logouts      text[] NOT NULL,
    scopes       text[] NOT NULL,
    grants       text[] NOT NULL,
    subject      text NOT NULL,                           -- the machine that it is, for client credentials
    roles        text[] NOT NULL,
    trusted      boolean NOT NULL,                        -- of the platform itself: people are not asked for consent
    made_by      text NOT NULL,
    created_at   timestamptz NOT NULL,
    disabled_at  timestamptz
);

CREATE TABLE consents (
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    client       text NOT NULL,
    scopes       text[] NOT NULL,
    given_at     timestamptz NOT NULL,
    PRIMARY KEY (subject, client)
);

-- What a client was granted by a person: its id is the sid of access tokens, and the family of refresh tokens.
CREATE TABLE grants (
    id           text PRIMARY KEY,
    client       text NOT NULL,
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    session      text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    ended_by     text
);

CREATE INDEX grants_session ON grants (session);
CREATE INDEX grants_subject ON grants (subject);
CREATE INDEX grants_expires ON grants (expires_at);

CREATE TABLE codes (
    hash         bytea PRIMARY KEY,
    grant_id     text NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    redirect     text NOT NULL,
    challenge    text NOT NULL,                           -- PKCE, S256
    nonce        text,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);

CREATE INDEX codes_grant ON codes (grant_id);

CREATE TABLE refresh_tokens (
    hash         bytea PRIMARY KEY,
    grant_id     text NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    replaces     bytea,                                   -- the token that it came in place of
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    void         boolean NOT NULL DEFAULT false           -- its answer was lost, and another took its place
);

CREATE INDEX refresh_tokens_grant ON refresh_tokens (grant_id);

-- Grants that have ended here and that not every cell may know of yet.
CREATE TABLE endings (
    grant_id     text PRIMARY KEY,
    expires_at   timestamptz NOT NULL                     -- when its access tokens are worthless anyway
);

CREATE TABLE signing_keys (
    id           text PRIMARY KEY,
    x            text NOT NULL,
    y            text NOT NULL,
    secret       bytea NOT NULL,                          -- PKCS #8, sealed with the partition's key
    created_at   timestamptz NOT NULL,
    signs_from   timestamptz NOT NULL,
    not_after    timestamptz NOT NULL
);

CREATE TABLE api_keys (
    id           text PRIMARY KEY,
    name         text NOT NULL,
    subject      text NOT NULL,                           -- the machine
    secret       text NOT NULL,                           -- SHA-256, hexadecimal
    roles        text[] NOT NULL,
    scopes       text[] NOT NULL,
    made_by      text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    replaced_by  text,
    withdrawn_at timestamptz
);

CREATE INDEX api_keys_subject ON api_keys (subject);

-- Staff are invited; the first administrator by `banyan up`.
CREATE TABLE invitations (
    hash         bytea PRIMARY KEY,
    roles        text[] NOT NULL,
    made_by      text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    accepted_at  timestamptz,
    accepted_by  text
);

-- Know your customer.
CREATE TABLE cases (
    id           uuid PRIMARY KEY,
    subject      text NOT NULL REFERENCES accounts (subject) ON DELETE CASCADE,
    level        smallint NOT NULL CHECK (level BETWEEN 2 AND 3),
    state        text NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn')),
    details      bytea NOT NULL,                          -- sealed: name, date of birth, country
    screening    text NOT NULL CHECK (screening IN ('clear', 'hit')),
    hits         bytea,                                   -- sealed: what of the watch list looked alike
    opened_at    timestamptz NOT NULL,
    decided_at   timestamptz
);

CREATE UNIQUE INDEX cases_open ON cases (subject) WHERE state = 'open';
CREATE INDEX cases_state ON cases (state, id);

CREATE TABLE documents (
    id           uuid PRIMARY KEY,
    case_id      uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    subject      text NOT NULL,
    kind         text NOT NULL,
    media_type   text NOT NULL,
    sealed       bytea NOT NULL,
    added_at     timestamptz NOT NULL
);

CREATE INDEX documents_case ON documents (case_id);

CREATE TABLE decisions (
    case_id      uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    officer      text NOT NULL,
    verdict      text NOT NULL CHECK (verdict IN ('approve', 'decline')),
    reason       bytea NOT NULL,                          -- sealed
    at           timestamptz NOT NULL,
    PRIMARY KEY (case_id, officer)
);
