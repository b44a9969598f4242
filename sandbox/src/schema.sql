CREATE TABLE connections (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid         TEXT NOT NULL UNIQUE,
    account_uuid TEXT NOT NULL,             -- whose request it is: the account that was acted for
    adviser_key  TEXT NOT NULL,
    direction    TEXT NOT NULL,
    status       TEXT NOT NULL,             -- as last written; what holds now depends on the time as well
    settles_as   TEXT,                      -- the answer that comes by itself,
    settles_us   INTEGER,                   -- and when
    form         TEXT NOT NULL,             -- plain, documented or wrapped
    created_us   INTEGER NOT NULL,          -- all times: microseconds since 1970
    updated_us   INTEGER NOT NULL,
    expires_us   INTEGER NOT NULL,
    parties      TEXT NOT NULL              -- JSON: both firms and both accounts, as they were then
) STRICT;

CREATE TABLE emails (
    id            TEXT PRIMARY KEY,         -- random, so that no other website can guess a link
    connection_id INTEGER NOT NULL REFERENCES connections (id)
) STRICT;

CREATE TABLE requests (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    received_us INTEGER NOT NULL,
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,
    headers     TEXT NOT NULL,              -- JSON: name to value, secrets already blacked out
    body        TEXT NOT NULL
) STRICT;
