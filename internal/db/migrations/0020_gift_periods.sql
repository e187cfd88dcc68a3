-- +goose Up
-- What is given away for a time is owed until somebody receives it, and earned over that
-- person's time, in orders whose book_rule is 3 or above.
ALTER TABLE gifts ADD COLUMN starts_at BIGINT NOT NULL DEFAULT 0; -- when the receiver's time begins; 0: not received, or for good
ALTER TABLE gifts ADD COLUMN until_at  BIGINT NOT NULL DEFAULT 0;

-- What somebody received, for the list of their services.
CREATE INDEX gifts_receiver_id_idx ON gifts (receiver_id, id) WHERE receiver_id > 0;

-- What people do has a tax category of its own. It was sold as online courses are, which
-- the mini program takes by virtual payment; items that WeChat has not seen are dropped.
UPDATE skus SET tax_category = 'service' WHERE tax_category = 'digital_service' AND product_id IN (SELECT id FROM products WHERE kind = 'service');
DELETE FROM virtual_items WHERE state = 'wanted' AND sku_id IN (SELECT id FROM skus WHERE tax_category <> 'digital_service');
