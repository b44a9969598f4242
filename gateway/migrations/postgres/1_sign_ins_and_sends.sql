-- Times are milliseconds since 1970, in UTC. What is called sealed is encrypted.

CREATE TABLE sign_ins (
    id TEXT NOT NULL PRIMARY KEY,
    -- The fingerprint of the partner's user that frame tickets name; empty where a cookie keeps the session.
    frame_user TEXT NOT NULL,
    -- The account that is acted for; empty as long as none is chosen.
    account_uuid TEXT NOT NULL,
    -- Tokens and the accounts to choose from.
    sealed BYTEA NOT NULL,
    access_expires_ms BIGINT NOT NULL,
    -- Until when one request renews the tokens and the others wait for it.
    renewing_until_ms BIGINT NOT NULL,
    -- One more with each change of what is sealed.
    version BIGINT NOT NULL,
    sends BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_frame_user ON sign_ins (frame_user);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_ms);

CREATE TABLE sessions (
    id_hash TEXT NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

CREATE TABLE sends (
    account_uuid TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    sign_in TEXT NOT NULL,
    -- A fingerprint of the code that was sent to.
    code TEXT NOT NULL,
    -- started, answered, not-sent, unknown, found, not-arrived
    state TEXT NOT NULL,
    -- The API's answer: its HTTP status, 0 without one, and its sealed body.
    status BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    -- The connection that the request made, as far as it is known.
    connection_uuid TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    PRIMARY KEY (account_uuid, idempotency_key)
);
CREATE INDEX sends_by_code ON sends (account_uuid, code, started_ms);
CREATE INDEX sends_by_sign_in ON sends (sign_in, started_ms);
CREATE INDEX sends_by_time ON sends (started_ms);

-- One row for each account that sends: held while it is decided whether a request may leave.
CREATE TABLE send_locks (
    account_uuid TEXT NOT NULL PRIMARY KEY,
    taken BIGINT NOT NULL
);

-- Frame tickets that were used, until they would be too old anyway.
CREATE TABLE used_tickets (
    id_hash TEXT NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
