-- +goose Up
-- Columns 专栏, and services that are given by people. *_at are UTC milliseconds.

-- A column is a course that grows: its lessons are issues.
ALTER TABLE courses ADD COLUMN form TEXT NOT NULL DEFAULT 'course' CHECK (form IN ('course', 'column'));
ALTER TABLE courses ADD COLUMN cadence TEXT NOT NULL DEFAULT '';                                           -- when new issues come, in words
ALTER TABLE courses ADD COLUMN planned_count BIGINT NOT NULL DEFAULT 0 CHECK (planned_count >= 0);         -- 0: open-ended
CREATE INDEX courses_form_idx ON courses (form, updated_at, id) WHERE deleted_at = 0;

-- What staff still have to do for a paid line of a service. Its revenue is earned when
-- it is done, in orders whose book_rule is 2 or above.
CREATE TABLE service_deliveries (
  order_item_id BIGINT PRIMARY KEY REFERENCES order_items (id),
  order_id      BIGINT NOT NULL REFERENCES orders (id),
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'cancelled')),
  note          TEXT NOT NULL DEFAULT '',      -- shown to the buyer
  given_at      BIGINT NOT NULL DEFAULT 0,     -- the day on which it was given; 0: not said
  done_at       BIGINT NOT NULL DEFAULT 0,     -- when it was marked so
  done_by       BIGINT NOT NULL DEFAULT 0,     -- member of staff
  created_at    BIGINT NOT NULL,
  CHECK ((state = 'done') = (done_at > 0))
);
CREATE INDEX service_deliveries_order_id_idx ON service_deliveries (order_id);
CREATE INDEX service_deliveries_waiting_idx ON service_deliveries (order_item_id) WHERE state = 'waiting';
