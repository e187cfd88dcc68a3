-- +goose Up
-- The share graph: who handed what on, by which way, who came by it and what came of
-- that. *_at are UTC milliseconds, 0 means "not".
CREATE TABLE shares (
  id         BIGINT PRIMARY KEY,
  code       TEXT NOT NULL CONSTRAINT shares_code_key UNIQUE, -- in links, posters and scenes of mini program codes
  user_id    BIGINT NOT NULL REFERENCES users (id),
  kind       TEXT NOT NULL CHECK (kind IN ('school', 'course', 'product', 'card', 'certificate', 'challenge', 'class', 'campaign')),
  target_id  BIGINT NOT NULL DEFAULT 0,            -- school: 0
  variant_id BIGINT NOT NULL DEFAULT 0,            -- of an experiment; 0: none
  channel    TEXT NOT NULL CHECK (channel IN ('friend', 'moments', 'group', 'weibo', 'qq', 'xiaohongshu', 'link', 'poster')),
  parent_id  BIGINT NOT NULL DEFAULT 0,            -- the share by which its sharer came last; 0: by none
  depth      BIGINT NOT NULL CHECK (depth >= 1),   -- 1: it has no parent
  request    TEXT NOT NULL,                        -- idempotency key of the act
  day        BIGINT NOT NULL,                      -- local, YYYYMMDD
  created_at BIGINT NOT NULL,
  CONSTRAINT shares_user_id_request_key UNIQUE (user_id, request)
);
CREATE INDEX shares_user_id_idx ON shares (user_id, id);
CREATE INDEX shares_parent_id_idx ON shares (parent_id, id) WHERE parent_id > 0;
CREATE INDEX shares_kind_idx ON shares (kind, target_id, id);
CREATE INDEX shares_created_at_idx ON shares (created_at, id);

-- Who came by a share: one row a browser, however often it comes.
CREATE TABLE share_visits (
  id       BIGINT PRIMARY KEY,
  share_id BIGINT NOT NULL REFERENCES shares (id),
  visitor  TEXT NOT NULL,                 -- hash of what the browser calls itself
  user_id  BIGINT NOT NULL DEFAULT 0,     -- once known
  platform TEXT NOT NULL DEFAULT '',
  block    TEXT NOT NULL DEFAULT '',      -- keyed hash of the network it came from; forgotten after 30 days
  opens    BIGINT NOT NULL DEFAULT 1 CHECK (opens >= 1),
  first_at BIGINT NOT NULL,
  last_at  BIGINT NOT NULL,
  CONSTRAINT share_visits_share_id_visitor_key UNIQUE (share_id, visitor)
);
CREATE INDEX share_visits_visitor_idx ON share_visits (visitor, last_at);
CREATE INDEX share_visits_user_id_idx ON share_visits (user_id, last_at);
CREATE INDEX share_visits_first_at_idx ON share_visits (first_at);
CREATE INDEX share_visits_block_idx ON share_visits (first_at) WHERE block <> '';

-- By which share somebody registered; written once, never rewritten (INV-28).
CREATE TABLE share_joins (
  user_id        BIGINT PRIMARY KEY REFERENCES users (id),
  share_id       BIGINT NOT NULL REFERENCES shares (id), -- the last one before registering
  first_share_id BIGINT NOT NULL REFERENCES shares (id),
  touches        BIGINT NOT NULL CHECK (touches >= 1),
  joined_at      BIGINT NOT NULL
);
CREATE INDEX share_joins_share_id_idx ON share_joins (share_id, user_id);
CREATE INDEX share_joins_joined_at_idx ON share_joins (joined_at);

-- By which shares a buyer came to a paid order, within the window that held then: every
-- touch, with its part of the order by place. First and last are the ends of it.
CREATE TABLE share_orders (
  order_id   BIGINT NOT NULL REFERENCES orders (id),
  share_id   BIGINT NOT NULL REFERENCES shares (id),
  place      BIGINT NOT NULL CHECK (place >= 1),      -- from the first touch
  is_first   BOOLEAN NOT NULL,
  is_last    BOOLEAN NOT NULL,
  weight_ppm BIGINT NOT NULL CHECK (weight_ppm >= 0), -- of an order these are 1,000,000 in all
  user_id    BIGINT NOT NULL,                         -- the buyer
  paid_fen   BIGINT NOT NULL CHECK (paid_fen >= 0),
  paid_at    BIGINT NOT NULL,
  PRIMARY KEY (order_id, share_id)
);
CREATE INDEX share_orders_share_id_idx ON share_orders (share_id, order_id);
CREATE INDEX share_orders_paid_at_idx ON share_orders (paid_at);
