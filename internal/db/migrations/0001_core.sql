-- +goose Up
-- Ids are made by internal/id; *_at are UTC milliseconds, 0 means "not"; *_fen are integer fen.

CREATE TABLE settings (
  key        TEXT PRIMARY KEY,
  version    BIGINT NOT NULL,
  value      BYTEA NOT NULL,           -- sealed JSON
  updated_at BIGINT NOT NULL,
  updated_by BIGINT NOT NULL
);

-- account ------------------------------------------------------------------
CREATE TABLE users (
  id            BIGINT PRIMARY KEY,
  nickname      TEXT NOT NULL,
  avatar        TEXT NOT NULL DEFAULT '',
  phone_hash    TEXT,                  -- keyed hash, for look-up
  phone_sealed  BYTEA,                 -- the number itself, sealed
  phone_masked  TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL DEFAULT '',
  large_type    BOOLEAN NOT NULL DEFAULT FALSE,
  created_at    BIGINT NOT NULL,
  merged_into   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT users_phone_hash_key UNIQUE (phone_hash)
);
CREATE INDEX users_created_at_idx ON users (created_at, id);

CREATE TABLE identities (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  kind        TEXT NOT NULL CHECK (kind IN ('wechat_mini', 'wechat_official')),
  openid      TEXT NOT NULL,
  unionid     TEXT NOT NULL DEFAULT '',
  session_key BYTEA,                   -- sealed; mini program only
  created_at  BIGINT NOT NULL,
  CONSTRAINT identities_kind_openid_key UNIQUE (kind, openid)
);
CREATE INDEX identities_user_id_idx ON identities (user_id);
CREATE INDEX identities_unionid_idx ON identities (unionid) WHERE unionid <> '';

CREATE TABLE sms_codes (
  id         BIGINT PRIMARY KEY,
  phone_hash TEXT NOT NULL,
  code_hash  TEXT NOT NULL,
  sent_at    BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries      BIGINT NOT NULL DEFAULT 0,
  used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sms_codes_phone_hash_idx ON sms_codes (phone_hash, id);

CREATE TABLE rate_limits (
  subject   TEXT NOT NULL,             -- keyed hash of what is limited
  window_at BIGINT NOT NULL,
  hits      BIGINT NOT NULL,
  PRIMARY KEY (subject, window_at)
);
CREATE INDEX rate_limits_window_at_idx ON rate_limits (window_at);

CREATE TABLE sessions (
  id           BIGINT PRIMARY KEY,
  token_hash   TEXT NOT NULL,
  user_id      BIGINT NOT NULL REFERENCES users (id),
  platform     TEXT NOT NULL,
  device_name  TEXT NOT NULL,
  address_hint TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  revoked_at   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT sessions_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, last_seen_at);

CREATE TABLE agreements (
  kind         TEXT NOT NULL,
  version      TEXT NOT NULL,
  title        TEXT NOT NULL,
  body_html    TEXT NOT NULL,
  effective_at BIGINT NOT NULL,
  PRIMARY KEY (kind, version)
);

CREATE TABLE consents (
  id          BIGINT PRIMARY KEY,
  subject     TEXT NOT NULL,           -- 'user:<id>', or 'phone:<hash>' before there is a user
  kind        TEXT NOT NULL,
  version     TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  CONSTRAINT consents_subject_kind_version_key UNIQUE (subject, kind, version)
);

CREATE TABLE staff (
  id             BIGINT PRIMARY KEY,
  login          TEXT NOT NULL,
  name           TEXT NOT NULL,
  role           TEXT NOT NULL CHECK (role IN ('owner', 'operator', 'editor', 'instructor', 'finance', 'support')),
  password_hash  TEXT NOT NULL,
  totp_sealed    BYTEA,
  totp_enabled_at BIGINT NOT NULL DEFAULT 0,
  totp_last_step BIGINT NOT NULL DEFAULT 0, -- a code is good once
  instructor_id  BIGINT NOT NULL DEFAULT 0,
  disabled_at    BIGINT NOT NULL DEFAULT 0,
  created_at     BIGINT NOT NULL,
  last_login_at  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT staff_login_key UNIQUE (login)
);

CREATE TABLE staff_recovery_codes (
  staff_id  BIGINT NOT NULL REFERENCES staff (id),
  code_hash TEXT NOT NULL,
  used_at   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (staff_id, code_hash)
);

CREATE TABLE staff_sessions (
  id           BIGINT PRIMARY KEY,
  token_hash   TEXT NOT NULL,
  staff_id     BIGINT NOT NULL REFERENCES staff (id),
  mfa          BOOLEAN NOT NULL,
  address_hint TEXT NOT NULL,
  device_name  TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  revoked_at   BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT staff_sessions_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX staff_sessions_staff_id_idx ON staff_sessions (staff_id);

CREATE TABLE audit_head (id BIGINT PRIMARY KEY, hash TEXT NOT NULL);
INSERT INTO audit_head (id, hash) VALUES (1, '');
CREATE TABLE audit_log (
  id         BIGINT PRIMARY KEY,
  at         BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id   BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  action     TEXT NOT NULL,
  target     TEXT NOT NULL,
  before     TEXT NOT NULL,
  after      TEXT NOT NULL,
  reason     TEXT NOT NULL,
  request_id TEXT NOT NULL,
  prev_hash  TEXT NOT NULL,
  hash       TEXT NOT NULL
);
CREATE INDEX audit_log_target_idx ON audit_log (target, id);

-- catalog ------------------------------------------------------------------
CREATE TABLE instructors (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  title      TEXT NOT NULL,
  bio        TEXT NOT NULL,
  avatar     TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);

CREATE TABLE categories (
  id       BIGINT PRIMARY KEY,
  name     TEXT NOT NULL,
  slug     TEXT NOT NULL,
  position BIGINT NOT NULL,
  CONSTRAINT categories_slug_key UNIQUE (slug)
);

CREATE TABLE courses (
  id            BIGINT PRIMARY KEY,
  title         TEXT NOT NULL,
  promise       TEXT NOT NULL DEFAULT '',
  intro_html    TEXT NOT NULL DEFAULT '',
  audience      TEXT NOT NULL DEFAULT '',
  outcomes      TEXT NOT NULL DEFAULT '[]',  -- JSON list of sentences
  cover         TEXT NOT NULL DEFAULT '',    -- blob key
  scene         TEXT NOT NULL DEFAULT 'boat',
  instructor_id BIGINT NOT NULL DEFAULT 0,
  category_id   BIGINT NOT NULL DEFAULT 0,
  position      BIGINT NOT NULL DEFAULT 0,
  recommended   BOOLEAN NOT NULL DEFAULT FALSE,
  status        TEXT NOT NULL CHECK (status IN ('draft', 'scheduled', 'published', 'unpublished')),
  publish_at    BIGINT NOT NULL DEFAULT 0,
  published_at  BIGINT NOT NULL DEFAULT 0,
  deleted_at    BIGINT NOT NULL DEFAULT 0,
  preview_token TEXT NOT NULL,
  lesson_count  BIGINT NOT NULL DEFAULT 0,
  video_count   BIGINT NOT NULL DEFAULT 0,
  preview_count BIGINT NOT NULL DEFAULT 0,
  duration_ms   BIGINT NOT NULL DEFAULT 0,
  learner_count BIGINT NOT NULL DEFAULT 0,
  from_fen      BIGINT NOT NULL DEFAULT 0,   -- lowest active price, kept for sorting lists
  version       BIGINT NOT NULL DEFAULT 1,
  created_at    BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL
);
CREATE INDEX courses_published_at_idx ON courses (published_at, id) WHERE status = 'published' AND deleted_at = 0;
CREATE INDEX courses_category_id_idx ON courses (category_id, published_at, id) WHERE status = 'published' AND deleted_at = 0;
CREATE INDEX courses_recommended_idx ON courses (recommended, position, id) WHERE status = 'published' AND deleted_at = 0;
CREATE INDEX courses_from_fen_idx ON courses (from_fen, id) WHERE status = 'published' AND deleted_at = 0;
CREATE INDEX courses_updated_at_idx ON courses (updated_at, id);
CREATE INDEX courses_publish_at_idx ON courses (publish_at) WHERE status = 'scheduled';

CREATE TABLE course_tags (
  course_id BIGINT NOT NULL REFERENCES courses (id),
  tag       TEXT NOT NULL,
  PRIMARY KEY (course_id, tag)
);

CREATE TABLE chapters (
  id        BIGINT PRIMARY KEY,
  course_id BIGINT NOT NULL REFERENCES courses (id),
  title     TEXT NOT NULL,
  position  BIGINT NOT NULL
);
CREATE INDEX chapters_course_id_idx ON chapters (course_id, position);

CREATE TABLE lessons (
  id          BIGINT PRIMARY KEY,
  course_id   BIGINT NOT NULL REFERENCES courses (id),
  chapter_id  BIGINT NOT NULL REFERENCES chapters (id),
  title       TEXT NOT NULL,
  form        TEXT NOT NULL CHECK (form IN ('video', 'article')),
  position    BIGINT NOT NULL,
  is_free     BOOLEAN NOT NULL DEFAULT FALSE,
  preview_ms  BIGINT NOT NULL DEFAULT 0,
  body_html   TEXT NOT NULL DEFAULT '',
  asset_id    BIGINT NOT NULL DEFAULT 0,
  duration_ms BIGINT NOT NULL DEFAULT 0,
  deleted_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX lessons_course_id_idx ON lessons (course_id, chapter_id, position);
CREATE INDEX lessons_asset_id_idx ON lessons (asset_id) WHERE asset_id <> 0;

CREATE TABLE attachments (
  id        BIGINT PRIMARY KEY,
  course_id BIGINT NOT NULL REFERENCES courses (id),
  lesson_id BIGINT NOT NULL DEFAULT 0,
  name      TEXT NOT NULL,
  blob_key  TEXT NOT NULL,
  bytes     BIGINT NOT NULL,
  mime      TEXT NOT NULL,
  position  BIGINT NOT NULL
);
CREATE INDEX attachments_course_id_idx ON attachments (course_id, lesson_id, position);

CREATE TABLE banners (
  id       BIGINT PRIMARY KEY,
  title    TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  note     TEXT NOT NULL DEFAULT '',
  image    TEXT NOT NULL DEFAULT '',
  link     TEXT NOT NULL DEFAULT '',
  position BIGINT NOT NULL,
  active   BOOLEAN NOT NULL DEFAULT TRUE
);

-- What is sold. Content never holds a price. A course's product shows the
-- course's own title and cover; the others bring theirs.
CREATE TABLE products (
  id                         BIGINT PRIMARY KEY,
  kind                       TEXT NOT NULL CHECK (kind IN ('course', 'lesson', 'bundle', 'membership', 'service')),
  course_id                  BIGINT NOT NULL DEFAULT 0, -- of a course, and of the course that a lesson is in
  lesson_id                  BIGINT NOT NULL DEFAULT 0,
  title                      TEXT NOT NULL DEFAULT '',
  promise                    TEXT NOT NULL DEFAULT '',
  intro_html                 TEXT NOT NULL DEFAULT '',
  cover                      TEXT NOT NULL DEFAULT '',
  scene                      TEXT NOT NULL DEFAULT '',
  status                     TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'unpublished')), -- a course has its own
  position                   BIGINT NOT NULL DEFAULT 0,
  rank                       BIGINT NOT NULL DEFAULT 0, -- membership: the higher tier has the higher rank
  pay_permille               BIGINT NOT NULL DEFAULT 1000 CHECK (pay_permille BETWEEN 1 AND 1000), -- membership: what members pay for what is not open to them
  opens_all                  BOOLEAN NOT NULL DEFAULT FALSE, -- membership: opens every course
  refund_days                BIGINT NOT NULL DEFAULT 7,
  refund_max_watched_percent BIGINT NOT NULL DEFAULT 20,
  created_at                 BIGINT NOT NULL,
  updated_at                 BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX products_course_id_key ON products (course_id) WHERE kind = 'course';
CREATE UNIQUE INDEX products_lesson_id_key ON products (lesson_id) WHERE kind = 'lesson';
CREATE INDEX products_kind_idx ON products (kind, position, id) WHERE kind IN ('bundle', 'membership', 'service');

-- What a bundle or a membership opens: rules, not copies, so that what joins later
-- is open to earlier buyers; what leaves stays open to those who had it.
CREATE TABLE product_parts (
  product_id BIGINT NOT NULL REFERENCES products (id),
  kind       TEXT NOT NULL CHECK (kind IN ('course', 'category')),
  ref_id     BIGINT NOT NULL,
  position   BIGINT NOT NULL DEFAULT 0,
  added_at   BIGINT NOT NULL,
  removed_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, kind, ref_id)
);
CREATE INDEX product_parts_ref_idx ON product_parts (kind, ref_id);

CREATE TABLE skus (
  id            BIGINT PRIMARY KEY,
  product_id    BIGINT NOT NULL REFERENCES products (id),
  name          TEXT NOT NULL,
  price_fen     BIGINT NOT NULL CHECK (price_fen >= 0),
  period_days   BIGINT NOT NULL DEFAULT 0 CHECK (period_days >= 0),     -- one of the three at most; none: for good
  period_months BIGINT NOT NULL DEFAULT 0 CHECK (period_months >= 0),   -- calendar months in China
  until_at      BIGINT NOT NULL DEFAULT 0 CHECK (until_at >= 0),        -- a fixed date
  tax_category  TEXT NOT NULL DEFAULT 'digital_service',
  active        BOOLEAN NOT NULL DEFAULT TRUE,
  sale_from     BIGINT NOT NULL DEFAULT 0,
  sale_until    BIGINT NOT NULL DEFAULT 0,
  stock         BIGINT NOT NULL DEFAULT 0 CHECK (stock >= 0),           -- 0: unlimited; what is taken is commerce's
  per_user      BIGINT NOT NULL DEFAULT 0,                              -- 0: as often as wanted
  trial         BOOLEAN NOT NULL DEFAULT FALSE,                         -- only for who never had the product
  position      BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  CHECK ((CASE WHEN period_days > 0 THEN 1 ELSE 0 END) + (CASE WHEN period_months > 0 THEN 1 ELSE 0 END) + (CASE WHEN until_at > 0 THEN 1 ELSE 0 END) <= 1)
);
CREATE INDEX skus_product_id_idx ON skus (product_id, position);

-- A price for members of one tier, where it is not simply a part of the price.
CREATE TABLE sku_tier_prices (
  sku_id     BIGINT NOT NULL REFERENCES skus (id),
  tier_id    BIGINT NOT NULL REFERENCES products (id),
  price_fen  BIGINT NOT NULL CHECK (price_fen >= 0),
  PRIMARY KEY (sku_id, tier_id)
);

CREATE TABLE sku_platform_prices (
  sku_id    BIGINT NOT NULL REFERENCES skus (id),
  platform  TEXT NOT NULL,
  price_fen BIGINT NOT NULL CHECK (price_fen >= 0),
  PRIMARY KEY (sku_id, platform)
);

-- Every price that was ever charged, so that a crossed-out price is a real one.
CREATE TABLE sku_price_history (
  sku_id    BIGINT NOT NULL REFERENCES skus (id),
  price_fen BIGINT NOT NULL,
  from_at   BIGINT NOT NULL,
  until_at  BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (sku_id, from_at)
);

-- What a SKU opens. Content that grows will be a rule here, never copied rows.
CREATE TABLE grant_rules (
  sku_id        BIGINT NOT NULL REFERENCES skus (id),
  resource_kind TEXT NOT NULL CHECK (resource_kind IN ('course', 'lesson', 'bundle', 'membership', 'service')),
  resource_id   BIGINT NOT NULL,
  PRIMARY KEY (sku_id, resource_kind, resource_id)
);

-- Items of mini program virtual payment; one for each price a SKU has had there.
CREATE TABLE virtual_items (
  item_id    TEXT PRIMARY KEY,
  sku_id     BIGINT NOT NULL REFERENCES skus (id),
  price_fen  BIGINT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('wanted', 'uploading', 'uploaded', 'publishing', 'published', 'failed')),
  message    TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL,
  CONSTRAINT virtual_items_sku_id_price_fen_key UNIQUE (sku_id, price_fen)
);
CREATE INDEX virtual_items_state_idx ON virtual_items (state, updated_at);

-- access -------------------------------------------------------------------
CREATE TABLE grants (
  id            BIGINT PRIMARY KEY,
  user_id       BIGINT NOT NULL REFERENCES users (id),
  resource_kind TEXT NOT NULL,
  resource_id   BIGINT NOT NULL,
  source_kind   TEXT NOT NULL,
  source_id     BIGINT NOT NULL,
  starts_at     BIGINT NOT NULL,
  until_at      BIGINT NOT NULL DEFAULT 0,   -- 0: for good
  revoked_at    BIGINT NOT NULL DEFAULT 0,
  revoke_reason TEXT NOT NULL DEFAULT '',
  created_at    BIGINT NOT NULL,
  CONSTRAINT grants_user_id_resource_kind_resource_id_source_kind_source_id_key
    UNIQUE (user_id, resource_kind, resource_id, source_kind, source_id)
);
CREATE INDEX grants_source_idx ON grants (source_kind, source_id);

-- commerce -----------------------------------------------------------------
CREATE TABLE orders (
  id           BIGINT PRIMARY KEY,
  no           TEXT NOT NULL,
  user_id      BIGINT NOT NULL REFERENCES users (id),
  idem_key     TEXT NOT NULL,
  input_hash   TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'closed', 'refunded')),
  platform     TEXT NOT NULL,
  list_fen     BIGINT NOT NULL DEFAULT 0,    -- before every rule
  total_fen    BIGINT NOT NULL CHECK (total_fen >= 0),
  gift         BOOLEAN NOT NULL DEFAULT FALSE, -- bought to be given away
  group_id     BIGINT NOT NULL DEFAULT 0,    -- bought in a group
  delivered_at BIGINT NOT NULL DEFAULT 0,    -- when what was bought was opened, or made into gifts
  paid_fen     BIGINT NOT NULL DEFAULT 0,
  refunded_fen BIGINT NOT NULL DEFAULT 0,
  quote        TEXT NOT NULL,                -- the frozen quote, JSON
  terms_at     BIGINT NOT NULL,              -- when the buyer confirmed the terms
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  paid_at      BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT orders_no_key UNIQUE (no),
  CONSTRAINT orders_user_id_idem_key_key UNIQUE (user_id, idem_key)
);
CREATE INDEX orders_user_id_idx ON orders (user_id, id);
CREATE INDEX orders_status_idx ON orders (status, id);
CREATE INDEX orders_expires_at_idx ON orders (expires_at) WHERE status = 'pending';

CREATE TABLE order_items (
  id            BIGINT PRIMARY KEY,
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  sku_id        BIGINT NOT NULL,
  product_id    BIGINT NOT NULL,
  kind          TEXT NOT NULL,               -- of the product
  course_id     BIGINT NOT NULL,
  title         TEXT NOT NULL,
  sku_name      TEXT NOT NULL,
  quantity      BIGINT NOT NULL DEFAULT 1 CHECK (quantity > 0),
  list_fen      BIGINT NOT NULL,
  discount_fen  BIGINT NOT NULL,
  price_fen     BIGINT NOT NULL CHECK (price_fen >= 0),
  period_days   BIGINT NOT NULL,
  period_months BIGINT NOT NULL DEFAULT 0,
  until_at      BIGINT NOT NULL DEFAULT 0,
  tax_category  TEXT NOT NULL,
  refund_days   BIGINT NOT NULL,
  refund_max_watched_percent BIGINT NOT NULL,
  refunded_fen  BIGINT NOT NULL DEFAULT 0,
  CHECK (list_fen - discount_fen = price_fen),
  CHECK (refunded_fen <= price_fen)
);
CREATE INDEX order_items_order_id_idx ON order_items (order_id);
CREATE INDEX order_items_course_id_idx ON order_items (course_id);
CREATE INDEX order_items_sku_id_idx ON order_items (sku_id);

-- Each line's share of each rule; with the lines they explain every fen.
CREATE TABLE order_discounts (
  order_item_id BIGINT NOT NULL REFERENCES order_items (id),
  kind          TEXT NOT NULL,
  rule_id       BIGINT NOT NULL,
  off_fen       BIGINT NOT NULL CHECK (off_fen >= 0),
  PRIMARY KEY (order_item_id, kind, rule_id)
);

CREATE TABLE payments (
  id             BIGINT PRIMARY KEY,
  order_id       BIGINT NOT NULL REFERENCES orders (id),
  channel        TEXT NOT NULL,
  out_trade_no   TEXT NOT NULL,
  amount_fen     BIGINT NOT NULL,
  mch_id         TEXT NOT NULL,
  app_id         TEXT NOT NULL,
  payer_openid   TEXT NOT NULL DEFAULT '',
  status         TEXT NOT NULL CHECK (status IN ('created', 'paid', 'closed', 'held')),
  outcome        TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'settled', 'duplicate', 'late', 'mismatch')),
  transaction_id TEXT NOT NULL DEFAULT '',
  action         TEXT NOT NULL DEFAULT '',
  note           TEXT NOT NULL DEFAULT '',
  created_at     BIGINT NOT NULL,
  expires_at     BIGINT NOT NULL,
  paid_at        BIGINT NOT NULL DEFAULT 0,
  check_at       BIGINT NOT NULL,            -- when reconciling asks the channel next
  checks         BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT payments_out_trade_no_key UNIQUE (out_trade_no)
);
CREATE UNIQUE INDEX payments_channel_transaction_id_key ON payments (channel, transaction_id) WHERE transaction_id <> '';
CREATE INDEX payments_order_id_idx ON payments (order_id);
CREATE INDEX payments_check_at_idx ON payments (check_at) WHERE status = 'created';

CREATE TABLE refunds (
  id                BIGINT PRIMARY KEY,
  no                TEXT NOT NULL,           -- out_refund_no, the same for every retry
  order_id          BIGINT NOT NULL REFERENCES orders (id),
  order_item_id     BIGINT NOT NULL DEFAULT 0, -- 0: a payment that never became access
  payment_id        BIGINT NOT NULL REFERENCES payments (id),
  user_id           BIGINT NOT NULL,
  idem_key          TEXT NOT NULL,
  cause             TEXT NOT NULL CHECK (cause IN ('requested', 'duplicate', 'late', 'staff', 'channel', 'group_failed', 'gift_unreceived', 'sold_out')),
  amount_fen        BIGINT NOT NULL CHECK (amount_fen > 0),
  ends_access       BOOLEAN NOT NULL DEFAULT FALSE, -- also when a part stays paid: the unused time of a period
  reason            TEXT NOT NULL,
  reply             TEXT NOT NULL DEFAULT '',
  status            TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'processing', 'succeeded', 'rejected', 'abnormal')),
  watched_percent   BIGINT NOT NULL DEFAULT 0, -- evidence when it was asked for: reported by the player,
  delivered_percent BIGINT NOT NULL DEFAULT 0, -- and handed out with its keys
  requested_at      BIGINT NOT NULL,
  decided_at        BIGINT NOT NULL DEFAULT 0,
  decided_by        BIGINT NOT NULL DEFAULT 0,
  first_by          BIGINT NOT NULL DEFAULT 0, -- above the threshold: the first of the two who must agree
  finished_at       BIGINT NOT NULL DEFAULT 0,
  channel_refund_id TEXT NOT NULL DEFAULT '',
  check_at          BIGINT NOT NULL DEFAULT 0,
  checks            BIGINT NOT NULL DEFAULT 0,
  last_error        TEXT NOT NULL DEFAULT '',
  CONSTRAINT refunds_no_key UNIQUE (no),
  CONSTRAINT refunds_order_id_idem_key_key UNIQUE (order_id, idem_key)
);
CREATE INDEX refunds_order_id_idx ON refunds (order_id);
CREATE INDEX refunds_status_idx ON refunds (status, id);
CREATE INDEX refunds_check_at_idx ON refunds (check_at) WHERE status IN ('approved', 'processing');

-- What a channel told us, kept before we answer it (INV-14).
CREATE TABLE inbox (
  id          BIGINT PRIMARY KEY,
  channel     TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  event_type  TEXT NOT NULL,
  payload     BYTEA NOT NULL,                -- sealed
  received_at BIGINT NOT NULL,
  note        TEXT NOT NULL DEFAULT '',      -- why nothing was done about it
  CONSTRAINT inbox_channel_event_id_key UNIQUE (channel, event_id)
);
CREATE INDEX inbox_note_idx ON inbox (received_at) WHERE note <> '';

-- What happened to an order, also events that were refused (INV-10).
CREATE TABLE order_events (
  id       BIGINT PRIMARY KEY,
  order_id BIGINT NOT NULL REFERENCES orders (id),
  at       BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  note     TEXT NOT NULL
);
CREATE INDEX order_events_order_id_idx ON order_events (order_id, id);

-- ledger -------------------------------------------------------------------
CREATE TABLE ledger_transactions (
  id       BIGINT PRIMARY KEY,
  kind     TEXT NOT NULL,
  ref_kind TEXT NOT NULL,
  ref_id   BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  CONSTRAINT ledger_transactions_kind_ref_kind_ref_id_key UNIQUE (kind, ref_kind, ref_id)
);
CREATE TABLE ledger_postings (
  id             BIGINT PRIMARY KEY,
  transaction_id BIGINT NOT NULL REFERENCES ledger_transactions (id),
  account        TEXT NOT NULL,
  debit_fen      BIGINT NOT NULL CHECK (debit_fen >= 0),
  credit_fen     BIGINT NOT NULL CHECK (credit_fen >= 0),
  order_id       BIGINT NOT NULL,
  at             BIGINT NOT NULL,
  CHECK ((debit_fen = 0) <> (credit_fen = 0))
);
CREATE INDEX ledger_postings_account_idx ON ledger_postings (account, at);
CREATE INDEX ledger_postings_order_id_idx ON ledger_postings (order_id);
CREATE INDEX ledger_postings_transaction_id_idx ON ledger_postings (transaction_id);

-- learning -----------------------------------------------------------------
CREATE TABLE lesson_progress (
  user_id     BIGINT NOT NULL REFERENCES users (id),
  lesson_id   BIGINT NOT NULL REFERENCES lessons (id),
  course_id   BIGINT NOT NULL,
  position_ms BIGINT NOT NULL DEFAULT 0,
  covered_ms  BIGINT NOT NULL DEFAULT 0,
  spans       TEXT NOT NULL DEFAULT '',      -- covered intervals "from-to,from-to", ms
  finished_at BIGINT NOT NULL DEFAULT 0,
  started_at  BIGINT NOT NULL,
  studied_at  BIGINT NOT NULL,
  PRIMARY KEY (user_id, lesson_id)
);
CREATE INDEX lesson_progress_course_idx ON lesson_progress (user_id, course_id);
CREATE INDEX lesson_progress_studied_at_idx ON lesson_progress (user_id, studied_at);

-- One row a watching: what the server's clock has let be credited.
CREATE TABLE study_sessions (
  id          BIGINT PRIMARY KEY,            -- the play's id, or the reading's
  user_id     BIGINT NOT NULL REFERENCES users (id),
  lesson_id   BIGINT NOT NULL REFERENCES lessons (id),
  course_id   BIGINT NOT NULL,
  started_at  BIGINT NOT NULL,
  last_at     BIGINT NOT NULL,
  last_seq    BIGINT NOT NULL DEFAULT 0,
  claimed_ms  BIGINT NOT NULL DEFAULT 0,
  credited_ms BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX study_sessions_user_id_idx ON study_sessions (user_id, lesson_id);

CREATE TABLE study_days (
  user_id    BIGINT NOT NULL REFERENCES users (id),
  day        BIGINT NOT NULL,                -- YYYYMMDD in China
  studied_ms BIGINT NOT NULL,
  PRIMARY KEY (user_id, day)
);

-- only: sqlite
CREATE VIRTUAL TABLE search_index USING fts5 (title, body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_keep BEFORE UPDATE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_stay BEFORE DELETE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_keep BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_stay BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'audit log is append-only'); END;
-- +goose StatementEnd
-- end
-- only: postgres
CREATE TABLE search_index (rowid BIGINT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, words TSVECTOR NOT NULL);
CREATE INDEX search_index_words_idx ON search_index USING gin (words);
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
-- +goose StatementEnd
CREATE TRIGGER ledger_postings_keep BEFORE UPDATE OR DELETE ON ledger_postings FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER audit_log_keep BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION append_only();
-- end
