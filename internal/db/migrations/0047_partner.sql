-- +goose Up
-- Partners: who promotes what the school sells under terms of a role. *_at are UTC
-- milliseconds, 0 means "not" or "none".
CREATE TABLE partner_roles (
  role       TEXT PRIMARY KEY CHECK (role IN ('creator', 'class_teacher', 'senior_learner', 'agency')),
  applying   BOOLEAN NOT NULL,             -- learners may ask for it; otherwise staff invite
  reach      TEXT NOT NULL CHECK (reach IN ('all', 'own', 'named')), -- what its rates count for
  buyers     TEXT NOT NULL CHECK (buyers IN ('masked', 'named')),    -- how partners see who bought
  classes    BOOLEAN NOT NULL,             -- may open classes
  co_brand   BOOLEAN NOT NULL,             -- may put a name and a sign of their own on cards
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL DEFAULT 0
);
INSERT INTO partner_roles (role, applying, reach, buyers, classes, co_brand) VALUES
  ('creator', TRUE, 'own', 'masked', TRUE, TRUE),
  ('class_teacher', FALSE, 'all', 'masked', TRUE, FALSE),
  ('senior_learner', TRUE, 'all', 'masked', FALSE, FALSE),
  ('agency', FALSE, 'all', 'masked', FALSE, TRUE);

-- What a role of reach 'named' may promote.
CREATE TABLE partner_role_products (
  role       TEXT NOT NULL REFERENCES partner_roles (role),
  product_id BIGINT NOT NULL REFERENCES products (id),
  PRIMARY KEY (role, product_id)
);

-- The terms of a role as they were and are; the highest version is in force.
CREATE TABLE partner_terms (
  role     TEXT NOT NULL REFERENCES partner_roles (role),
  version  BIGINT NOT NULL CHECK (version > 0),
  body     TEXT NOT NULL CHECK (body <> ''),
  saved_at BIGINT NOT NULL,
  saved_by BIGINT NOT NULL,
  PRIMARY KEY (role, version)
);

CREATE TABLE partners (
  id          BIGINT PRIMARY KEY,
  user_id     BIGINT NOT NULL REFERENCES users (id),
  role        TEXT NOT NULL REFERENCES partner_roles (role),
  state       TEXT NOT NULL CHECK (state IN ('applied', 'invited', 'active', 'rejected', 'suspended', 'ended')),
  pitch       TEXT NOT NULL DEFAULT '',     -- how they want to promote, in their own words
  reason      TEXT NOT NULL DEFAULT '',     -- of the last decision, as the partner reads it
  accepted    BIGINT NOT NULL DEFAULT 0,    -- version of the role's terms; 0: of none
  accepted_at BIGINT NOT NULL DEFAULT 0,
  brand       TEXT NOT NULL DEFAULT '',     -- on cards
  logo        TEXT NOT NULL DEFAULT '',     -- key of a picture
  brand_shown BOOLEAN NOT NULL DEFAULT FALSE, -- staff looked at name and sign as they are now
  signs       BOOLEAN NOT NULL DEFAULT FALSE, -- their nickname stands on posters
  opened_at   BIGINT NOT NULL DEFAULT 0,    -- when they first became active
  asked_at    BIGINT NOT NULL,              -- applied or invited
  decided_at  BIGINT NOT NULL DEFAULT 0,
  decided_by  BIGINT NOT NULL DEFAULT 0,    -- member of staff
  CONSTRAINT partners_user_id_key UNIQUE (user_id),
  CHECK ((accepted = 0) = (accepted_at = 0)),
  CHECK (state <> 'active' OR opened_at > 0)
);
CREATE INDEX partners_state_idx ON partners (state, id);
CREATE INDEX partners_role_idx ON partners (role, id);

-- Each version that somebody accepted, and when.
CREATE TABLE partner_acceptances (
  user_id     BIGINT NOT NULL REFERENCES users (id),
  role        TEXT NOT NULL,
  version     BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, role, version)
);

-- What partners take as it is: texts to copy, scripts of short videos, pictures.
CREATE TABLE partner_materials (
  id         BIGINT PRIMARY KEY,
  product_id BIGINT NOT NULL DEFAULT 0,     -- 0: for all
  kind       TEXT NOT NULL CHECK (kind IN ('text', 'script', 'highlight', 'picture')),
  title      TEXT NOT NULL,
  body       TEXT NOT NULL DEFAULT '',
  picture    TEXT NOT NULL DEFAULT '',      -- key
  status     TEXT NOT NULL CHECK (status IN ('on', 'off')),
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL,
  CHECK ((kind = 'picture') = (picture <> '')),
  CHECK (kind = 'picture' OR body <> '')
);
CREATE INDEX partner_materials_status_idx ON partner_materials (status, id);

-- How satisfied partners are, asked once a month.
CREATE TABLE partner_scores (
  user_id BIGINT NOT NULL REFERENCES users (id),
  month   BIGINT NOT NULL,                  -- local, YYYYMM
  score   BIGINT NOT NULL CHECK (score BETWEEN 0 AND 10),
  words   TEXT NOT NULL DEFAULT '',
  said_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, month)
);
CREATE INDEX partner_scores_month_idx ON partner_scores (month, user_id);

-- Rates by role and by person.
CREATE TABLE commission_rules_next (
  id         BIGINT PRIMARY KEY,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('on', 'off')),
  role       TEXT NOT NULL DEFAULT 'anyone' CHECK (role IN ('anyone', 'creator', 'class_teacher', 'senior_learner', 'agency')),
  user_id    BIGINT NOT NULL DEFAULT 0,                       -- one person alone; 0: all of the role
  level      BIGINT NOT NULL CHECK (level IN (1, 2)),         -- never deeper
  scope      TEXT NOT NULL CHECK (scope IN ('all', 'kind', 'product')),
  kind       TEXT NOT NULL DEFAULT '',
  product_id BIGINT NOT NULL DEFAULT 0,
  rate_bps   BIGINT NOT NULL CHECK (rate_bps BETWEEN 1 AND 5000),
  priority   BIGINT NOT NULL DEFAULT 0,
  starts_at  BIGINT NOT NULL,
  ends_at    BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL,
  CHECK ((scope = 'kind') = (kind <> '')),
  CHECK ((scope = 'product') = (product_id > 0)),
  CHECK (user_id = 0 OR role = 'anyone')
);
INSERT INTO commission_rules_next (id, name, status, role, level, scope, kind, product_id, rate_bps, priority, starts_at, ends_at, version, updated_at)
  SELECT id, name, status, role, level, scope, kind, product_id, rate_bps, priority, starts_at, ends_at, version, updated_at FROM commission_rules;
DROP TABLE commission_rules;
ALTER TABLE commission_rules_next RENAME TO commission_rules;
CREATE INDEX commission_rules_status_idx ON commission_rules (status, level);
CREATE INDEX commission_rules_user_id_idx ON commission_rules (user_id) WHERE user_id > 0;

-- The monthly ranking and the trend of a person go through what was earned by time.
CREATE INDEX commission_entries_created_at_idx ON commission_entries (created_at);
CREATE INDEX commission_entries_user_id_created_at_idx ON commission_entries (user_id, created_at);
