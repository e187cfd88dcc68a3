-- +goose Up
-- What learners say of a course: stars, and words if they like. *_at are UTC
-- milliseconds, 0 means "not".
CREATE TABLE ratings (
  id         BIGINT PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  course_id  BIGINT NOT NULL REFERENCES courses (id),
  stars      BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
  body       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('bare', 'pending', 'shown', 'hidden')), -- of the words; bare: there are none
  reason     TEXT NOT NULL DEFAULT '',      -- why they are hidden
  kept       BOOLEAN NOT NULL DEFAULT TRUE, -- its author keeps the course: it counts, and may be seen
  reply      TEXT NOT NULL DEFAULT '',      -- of the school, shown with the words
  reply_by   BIGINT NOT NULL DEFAULT 0,     -- member of staff
  reply_name TEXT NOT NULL DEFAULT '',      -- as learners see them
  replied_at BIGINT NOT NULL DEFAULT 0,
  version    BIGINT NOT NULL DEFAULT 1,     -- of stars and words
  decided_by BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CHECK ((state = 'bare') = (body = '')),
  CHECK ((state = 'hidden') = (reason <> '')),
  CHECK ((reply = '') = (replied_at = 0)),
  CONSTRAINT ratings_user_id_course_id_key UNIQUE (user_id, course_id)
);
CREATE INDEX ratings_course_id_idx ON ratings (course_id, id);
CREATE INDEX ratings_shown_idx ON ratings (course_id, id) WHERE state = 'shown' AND kept;
CREATE INDEX ratings_state_idx ON ratings (state, id);
CREATE INDEX ratings_lost_idx ON ratings (id) WHERE NOT kept;

-- How many of those that count gave so many stars.
CREATE TABLE course_ratings (
  course_id BIGINT PRIMARY KEY REFERENCES courses (id),
  one       BIGINT NOT NULL DEFAULT 0 CHECK (one >= 0),
  two       BIGINT NOT NULL DEFAULT 0 CHECK (two >= 0),
  three     BIGINT NOT NULL DEFAULT 0 CHECK (three >= 0),
  four      BIGINT NOT NULL DEFAULT 0 CHECK (four >= 0),
  five      BIGINT NOT NULL DEFAULT 0 CHECK (five >= 0)
);

-- Rankings are made anew every ten minutes: nothing is carried over.
DROP TABLE rankings;
CREATE TABLE rankings (
  kind        TEXT NOT NULL CHECK (kind IN ('sales_7', 'sales_30', 'study', 'rating', 'new')),
  place       BIGINT NOT NULL,                -- from 1
  course_id   BIGINT NOT NULL REFERENCES courses (id),
  amount      BIGINT NOT NULL,                -- kept lines; study: ms; rating: tenths of a star; new: published_at
  people      BIGINT NOT NULL DEFAULT 0,      -- rating: who rated it
  computed_at BIGINT NOT NULL,
  PRIMARY KEY (kind, place)
);

-- The order by rating: thousandths of a star, weighed by how many rated; 0: too few did.
ALTER TABLE search_docs ADD COLUMN rated BIGINT NOT NULL DEFAULT 0;
CREATE INDEX search_docs_rated_idx ON search_docs (rated, id);

-- The same on the course itself, for lists; written every ten minutes.
ALTER TABLE courses ADD COLUMN rated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE courses ADD COLUMN rating_tenths BIGINT NOT NULL DEFAULT 0; -- average, tenths of a star; 0: too few rated
ALTER TABLE courses ADD COLUMN rating_count BIGINT NOT NULL DEFAULT 0;  -- 0: too few
CREATE INDEX courses_rated_idx ON courses (rated, id) WHERE status = 'published' AND deleted_at = 0;
