import type * as Sqlite from 'node:sqlite'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  body TEXT NOT NULL,
  aside TEXT NOT NULL,
  due_at INTEGER,
  created INTEGER NOT NULL,
  status TEXT, subtype TEXT, currency TEXT, payment_intent TEXT, charge TEXT, transfer_group TEXT,
  destination TEXT, source TEXT, customer TEXT, payout TEXT, email TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_payment_intent ON objects (payment_intent, kind) WHERE payment_intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_charge ON objects (charge, kind) WHERE charge IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_transfer_group ON objects (transfer_group, kind) WHERE transfer_group IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_destination ON objects (destination, kind) WHERE destination IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_source ON objects (source, kind) WHERE source IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_payout ON objects (payout) WHERE payout IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_created ON objects (kind, created);

CREATE TABLE IF NOT EXISTS balances (
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  available INTEGER NOT NULL,
  pending INTEGER NOT NULL,
  PRIMARY KEY (account, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  params TEXT NOT NULL,
  created INTEGER NOT NULL,
  status INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_created ON idempotency (created);

CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event TEXT NOT NULL,
  type TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_ms INTEGER NOT NULL,
  answer TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (next_attempt_ms) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);

-- Accounts of a file from before accounts could leave.
UPDATE objects SET status = 'connected' WHERE kind = 'account' AND status IS NULL;

CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

/** An object's id is random, so each insert touches pages all over an index: the default of 2 MB reads them again and again. */
const CACHE_KIB = 65_536
/** Of 4 KB. What a checkpoint writes back it writes once, however often it has changed since the last. */
const CHECKPOINT_PAGES = 4_000

/** node:sqlite still announces itself as experimental; the sandbox's terminal is not the place to say so. */
function loadSqlite(): typeof Sqlite {
  const original = process.emitWarning
  process.emitWarning = () => undefined
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = original
  }
}

/**
 * A commit is in the operating system's hands before the call is answered, so a killed process loses nothing.
 * (NORMAL may lose the last commits when the machine itself loses power, which a sandbox may.)
 */
export function openDatabase(file: string): Sqlite.DatabaseSync {
  const { DatabaseSync: Database } = loadSqlite()
  const database = new Database(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000')
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  database.exec(SCHEMA)
  return database
}
