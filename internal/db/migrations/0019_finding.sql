-- +goose Up
-- Search, rankings 榜单 and topics 专题. *_at are UTC milliseconds.

-- only: sqlite
DROP TABLE search_index;
CREATE VIRTUAL TABLE search_index USING fts5 (title, head, body, sound, facet, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE search_texts USING fts5 (head, body, facet, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0");
-- end
-- only: postgres
DROP TABLE search_index;
-- Without the list of pending entries: a search would have to read it each time.
CREATE TABLE search_index (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX search_index_words_idx ON search_index USING gin (words) WITH (fastupdate = off);
CREATE TABLE search_texts (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX search_texts_words_idx ON search_texts USING gin (words) WITH (fastupdate = off);
-- end

-- What of a course stands in search_index. Later published has the greater id, so a
-- list that begins with the newest follows the ids.
CREATE TABLE search_docs (
  id        BIGINT PRIMARY KEY,               -- its rowid in search_index; the low 11 bits are 0
  course_id BIGINT NOT NULL,
  title     TEXT NOT NULL,                    -- folded
  head      TEXT NOT NULL,                    -- teacher and tags, folded
  from_fen  BIGINT NOT NULL,                  -- lowest price; -1: not for sale
  sold      BIGINT NOT NULL DEFAULT 0,        -- lines that were paid and kept
  rule      BIGINT NOT NULL,                  -- which release of the tokenizer wrote it
  CONSTRAINT search_docs_course_id_key UNIQUE (course_id)
);
CREATE INDEX search_docs_price_idx ON search_docs (from_fen, id);
CREATE INDEX search_docs_sold_idx ON search_docs (sold, id);
CREATE INDEX search_docs_rule_idx ON search_docs (rule, id);

-- What of a lesson's article stands in search_texts, in pieces.
CREATE TABLE search_parts (
  id        BIGINT PRIMARY KEY,               -- its rowid in search_texts: the course's id there and a number below 2048
  doc_id    BIGINT NOT NULL REFERENCES search_docs (id) ON DELETE CASCADE,
  lesson_id BIGINT NOT NULL,
  hash      TEXT NOT NULL                     -- of what was indexed
);
CREATE INDEX search_parts_doc_id_idx ON search_parts (doc_id, lesson_id);

-- What may be suggested while somebody types: begins with what was typed, in
-- characters, pinyin or initials. Bytes, so that both engines order it alike.
CREATE TABLE search_terms (
  term_key  BYTEA NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('course', 'tag', 'teacher')),
  term      TEXT NOT NULL,
  course_id BIGINT NOT NULL,                  -- course: whose title it is; others 0
  PRIMARY KEY (term_key, kind, term, course_id)
);
CREATE INDEX search_terms_course_id_idx ON search_terms (course_id) WHERE course_id > 0;
CREATE INDEX course_tags_tag_idx ON course_tags (tag, course_id);

-- Words of Latin letters, each under every text that leaves one letter out, to find
-- what was meant by a word with a slip.
CREATE TABLE search_spellings (
  spelling TEXT NOT NULL,
  word     TEXT NOT NULL,
  PRIMARY KEY (spelling, word)
);

-- Words that mean the same, kept by staff.
CREATE TABLE search_synonyms (
  id         BIGINT PRIMARY KEY,
  words      TEXT NOT NULL,                   -- folded, one a line
  updated_at BIGINT NOT NULL
);

-- What was searched for, by day. Nothing says who.
CREATE TABLE search_days (
  day      BIGINT NOT NULL,                   -- YYYYMMDD in China
  word     TEXT NOT NULL,                     -- folded
  visitors BIGINT NOT NULL,                   -- each counted once a day
  hits     BIGINT NOT NULL,                   -- what it found the last time
  PRIMARY KEY (day, word)
);
CREATE TABLE search_marks (
  word       TEXT PRIMARY KEY,
  mark       TEXT NOT NULL CHECK (mark IN ('pinned', 'hidden')),
  updated_at BIGINT NOT NULL
);

CREATE TABLE rankings (
  kind        TEXT NOT NULL CHECK (kind IN ('sales_7', 'sales_30', 'study', 'new')),
  place       BIGINT NOT NULL,                -- from 1
  course_id   BIGINT NOT NULL REFERENCES courses (id),
  amount      BIGINT NOT NULL,                -- kept lines; study: ms; new: published_at
  computed_at BIGINT NOT NULL,
  PRIMARY KEY (kind, place)
);
CREATE INDEX study_sessions_last_at_idx ON study_sessions (last_at);

-- A page of courses that staff put together.
CREATE TABLE topics (
  id           BIGINT PRIMARY KEY,
  title        TEXT NOT NULL,
  intro        TEXT NOT NULL DEFAULT '',
  cover        TEXT NOT NULL DEFAULT '',      -- blob key
  scene        TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('draft', 'published', 'unpublished')),
  version      BIGINT NOT NULL DEFAULT 1,
  published_at BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL,
  updated_at   BIGINT NOT NULL
);
CREATE INDEX topics_status_idx ON topics (status, published_at, id);
CREATE TABLE topic_courses (
  topic_id  BIGINT NOT NULL REFERENCES topics (id),
  position  BIGINT NOT NULL,
  course_id BIGINT NOT NULL REFERENCES courses (id),
  note      TEXT NOT NULL DEFAULT '',         -- why it stands here
  PRIMARY KEY (topic_id, position),
  CONSTRAINT topic_courses_course_key UNIQUE (topic_id, course_id)
);
CREATE INDEX topic_courses_course_id_idx ON topic_courses (course_id);
