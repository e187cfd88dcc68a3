-- +goose Up
-- Invoices (数电票), what they are made of, and the tax of an offer. *_at are UTC
-- milliseconds, *_fen are fen, rates are basis points; 0 means "not" or "none".

-- The rate and the code of an offer; '' leaves both to the kind of goods. An order
-- line keeps what was so when it was placed; -1: placed before this was kept.
ALTER TABLE skus ADD COLUMN tax_rate TEXT NOT NULL DEFAULT '' CHECK (tax_rate IN ('', '0', '1', '3', '6', '9', '13'));
ALTER TABLE skus ADD COLUMN tax_code TEXT NOT NULL DEFAULT '';
ALTER TABLE order_items ADD COLUMN tax_rate_bps BIGINT NOT NULL DEFAULT -1;
ALTER TABLE order_items ADD COLUMN tax_code TEXT NOT NULL DEFAULT '';

-- To whom a buyer has invoices made out. Who that is, is sealed.
CREATE TABLE invoice_titles (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('enterprise', 'person', 'institution')),
  sealed     BYTEA NOT NULL,                   -- JSON, see invoice.Party
  is_default BOOLEAN NOT NULL DEFAULT FALSE,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invoice_titles_user_id_idx ON invoice_titles (user_id, id) WHERE deleted_at = 0;
CREATE UNIQUE INDEX invoice_titles_default_key ON invoice_titles (user_id) WHERE is_default AND deleted_at = 0;

CREATE TABLE invoices (
  id           BIGINT PRIMARY KEY,
  no           TEXT NOT NULL,                  -- ours; the issuer hears the same until it says yes or no
  user_id      BIGINT NOT NULL REFERENCES users (id),
  idem_key     TEXT NOT NULL,
  input_hash   TEXT NOT NULL,
  type         TEXT NOT NULL CHECK (type IN ('normal', 'special')),
  title_kind   TEXT NOT NULL CHECK (title_kind IN ('enterprise', 'person', 'institution')),
  buyer        BYTEA NOT NULL,                 -- the title as it was, sealed
  status       TEXT NOT NULL CHECK (status IN ('requested', 'issuing', 'issued', 'rejected', 'cancelled', 'red_requested', 'red_issued')),
  issuer       TEXT NOT NULL DEFAULT '',      -- 'manual', or the name of an issuer that works by itself
  amount_fen   BIGINT NOT NULL CHECK (amount_fen > 0),
  tax_fen      BIGINT NOT NULL CHECK (tax_fen >= 0),
  number       TEXT NOT NULL DEFAULT '',       -- 20 digits
  reason       TEXT NOT NULL DEFAULT '',       -- why it was rejected
  requested_at BIGINT NOT NULL,
  issued_at    BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,      -- rejected, cancelled or red
  decided_by   BIGINT NOT NULL DEFAULT 0,
  check_at     BIGINT NOT NULL DEFAULT 0,      -- when the issuer is asked again
  checks       BIGINT NOT NULL DEFAULT 0,
  last_error   TEXT NOT NULL DEFAULT '',
  mail_state   TEXT NOT NULL DEFAULT '' CHECK (mail_state IN ('', 'waiting', 'sent', 'off', 'failed')),
  mail_at      BIGINT NOT NULL DEFAULT 0,
  mail_tries   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT invoices_no_key UNIQUE (no),
  CONSTRAINT invoices_user_id_idem_key_key UNIQUE (user_id, idem_key),
  CHECK (tax_fen < amount_fen),
  CHECK ((number <> '') = (status IN ('issued', 'red_requested', 'red_issued')))
);
CREATE UNIQUE INDEX invoices_number_key ON invoices (number) WHERE number <> '';
CREATE INDEX invoices_user_id_idx ON invoices (user_id, id);
CREATE INDEX invoices_status_idx ON invoices (status, id);
CREATE INDEX invoices_check_at_idx ON invoices (check_at) WHERE check_at > 0;
CREATE INDEX invoices_mail_at_idx ON invoices (mail_at) WHERE mail_state = 'waiting';
CREATE INDEX invoices_issued_at_idx ON invoices (issued_at) WHERE issued_at > 0;

-- One line for each order line. A line lives until its invoice is rejected,
-- cancelled or red: one valid invoice for each part of an order (INV-37).
CREATE TABLE invoice_lines (
  id            BIGINT PRIMARY KEY,
  invoice_id    BIGINT NOT NULL REFERENCES invoices (id),
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  order_item_id BIGINT NOT NULL REFERENCES order_items (id),
  title         TEXT NOT NULL,
  amount_fen    BIGINT NOT NULL CHECK (amount_fen > 0), -- with tax
  tax_code      TEXT NOT NULL DEFAULT '',
  rate_bps      BIGINT NOT NULL CHECK (rate_bps >= 0),
  tax_fen       BIGINT NOT NULL CHECK (tax_fen >= 0),
  live          BOOLEAN NOT NULL DEFAULT TRUE,
  CONSTRAINT invoice_lines_invoice_id_order_item_id_key UNIQUE (invoice_id, order_item_id)
);
CREATE UNIQUE INDEX invoice_lines_live_key ON invoice_lines (order_item_id) WHERE live;
CREATE INDEX invoice_lines_order_id_idx ON invoice_lines (order_id);

-- The red letter that takes an invoice back, whole. One that stands at a time: it
-- waits until it is issued, or is dropped with an invoice that was never issued.
CREATE TABLE red_invoices (
  id           BIGINT PRIMARY KEY,
  no           TEXT NOT NULL,
  invoice_id   BIGINT NOT NULL REFERENCES invoices (id),
  refund_id    BIGINT NOT NULL DEFAULT 0,      -- 0: asked for by staff
  reason       TEXT NOT NULL CHECK (reason IN ('ISSUE_ERROR', 'SALES_RETURN', 'SERVICE_SUSPENSION', 'SALES_DISCOUNT')),
  note         TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL CHECK (state IN ('queued', 'issued', 'dropped')),
  number       TEXT NOT NULL DEFAULT '',
  requested_at BIGINT NOT NULL,
  requested_by BIGINT NOT NULL DEFAULT 0,
  issued_at    BIGINT NOT NULL DEFAULT 0,
  issued_by    BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT red_invoices_no_key UNIQUE (no),
  CHECK ((number <> '') = (state = 'issued'))
);
CREATE UNIQUE INDEX red_invoices_invoice_id_key ON red_invoices (invoice_id) WHERE state <> 'dropped';
CREATE UNIQUE INDEX red_invoices_number_key ON red_invoices (number) WHERE number <> '';

CREATE TABLE invoice_files (
  invoice_id BIGINT NOT NULL REFERENCES invoices (id),
  red        BOOLEAN NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('pdf', 'ofd', 'xml')),
  blob_key   TEXT NOT NULL,
  bytes      BIGINT NOT NULL,
  sha256     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (invoice_id, red, kind)
);
