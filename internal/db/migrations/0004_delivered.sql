-- +goose Up
-- What was handed out of an asset in full (not as a preview): a part is what one
-- key opens. Together with what a player reports it is the evidence of a refund,
-- so that taking a film without reporting it does not count as not having seen it.
CREATE TABLE delivered_parts (
  user_id  BIGINT NOT NULL,
  asset_id BIGINT NOT NULL REFERENCES assets (id),
  part     BIGINT NOT NULL,                      -- position among the keys of a rendition, from 0
  ms       BIGINT NOT NULL CHECK (ms > 0),
  at       BIGINT NOT NULL,                      -- when its key was first handed out
  PRIMARY KEY (user_id, asset_id, part)
);
