-- +goose Up
-- Agreements with drafts and published versions that stay; what staff decided
-- about payments that were held. *_at are UTC milliseconds, 0 means "not".

ALTER TABLE agreements ADD COLUMN note TEXT NOT NULL DEFAULT '';            -- what changed, in words
ALTER TABLE agreements ADD COLUMN material BOOLEAN NOT NULL DEFAULT TRUE;   -- learners must accept it anew
ALTER TABLE agreements ADD COLUMN published_at BIGINT NOT NULL DEFAULT 0;   -- 0: came with the program
ALTER TABLE agreements ADD COLUMN published_by BIGINT NOT NULL DEFAULT 0;

CREATE INDEX consents_kind_version_idx ON consents (kind, version);

CREATE TABLE agreement_drafts (
  kind       TEXT PRIMARY KEY,
  title      TEXT NOT NULL,
  body_html  TEXT NOT NULL,
  note       TEXT NOT NULL,
  material   BOOLEAN NOT NULL,
  revision   BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BIGINT NOT NULL
);

-- One decision for each held payment, for good: the key lets one of two win.
CREATE TABLE held_decisions (
  payment_id BIGINT PRIMARY KEY REFERENCES payments (id),
  decision   TEXT NOT NULL CHECK (decision IN ('refund', 'match', 'explain')),
  note       TEXT NOT NULL,
  refund_id  BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL,
  decided_by BIGINT NOT NULL
);
CREATE INDEX payments_unclaimed_idx ON payments (id) WHERE outcome IN ('mismatch', 'late', 'duplicate');

-- only: sqlite
-- +goose StatementBegin
CREATE TRIGGER agreements_keep BEFORE UPDATE ON agreements BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER agreements_stay BEFORE DELETE ON agreements BEGIN SELECT RAISE(ABORT, 'agreements is append-only'); END;
-- +goose StatementEnd
-- end
-- only: postgres
CREATE TRIGGER agreements_keep BEFORE UPDATE OR DELETE ON agreements FOR EACH ROW EXECUTE FUNCTION append_only();
-- end
