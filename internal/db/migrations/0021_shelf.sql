-- +goose Up
-- Quizzes among a course's lessons, for what cards say of its forms.
ALTER TABLE courses ADD COLUMN quiz_count BIGINT NOT NULL DEFAULT 0;
UPDATE courses SET quiz_count = (SELECT COUNT(*) FROM lessons l WHERE l.course_id = courses.id AND l.deleted_at = 0 AND l.form = 'quiz');
