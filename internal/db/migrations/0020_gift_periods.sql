-- +goose Up
-- What is given away for a time is owed until somebody receives it, and earned over that
-- person's time, in orders whose book_rule is 3 or above.
ALTER TABLE gifts ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0; -- when the receiver's time begins; 0: not received, or for good
ALTER TABLE gifts ADD COLUMN until_at  BIGINT NOT NULL DEFAULT 0;
