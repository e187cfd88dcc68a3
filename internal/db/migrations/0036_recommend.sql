-- +goose Up
-- The courses that the same people took, closest first: [{"c": course, "s": score, "n": people}].
CREATE TABLE course_neighbours (
  course_id   BIGINT PRIMARY KEY REFERENCES courses (id),
  list        TEXT NOT NULL,
  computed_at BIGINT NOT NULL
);
-- Who does not want to be shown things by what he studied.
CREATE TABLE personalization_off (
  user_id BIGINT PRIMARY KEY REFERENCES users (id),
  since   BIGINT NOT NULL
);
