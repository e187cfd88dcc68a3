-- +goose Up
-- Homework 作业 and appointments 预约 are forms of a lesson too.
ALTER TABLE lessons ADD COLUMN next_form TEXT NOT NULL DEFAULT 'article' CHECK (next_form IN ('video', 'audio', 'article', 'live', 'document', 'ebook', 'quiz', 'homework', 'booking'));
UPDATE lessons SET next_form = form;
ALTER TABLE lessons DROP COLUMN form;
ALTER TABLE lessons RENAME COLUMN next_form TO form;
