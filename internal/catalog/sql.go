package catalog

import "zhizhou/internal/db"

// A card's price is the lowest active one on the platform $1.
const cardColumns = `c.id, c.title, c.promise, c.cover, c.scene, c.position, c.recommended, c.lesson_count, c.forms, c.preview_count, c.form, c.cadence, c.planned_count,
	c.duration_ms, c.learner_count, c.rated, c.rating_tenths, c.rating_count, c.published_at, COALESCE(i.name, '') AS instructor_name,
	COALESCE(k.name, '') AS category_name, COALESCE(k.slug, '') AS category_slug,
	COALESCE((SELECT string_agg(t.tag, ',') FROM course_tags t WHERE t.course_id = c.id), '') AS tags,
	COALESCE((SELECT MIN(COALESCE(pp.price_fen, s.price_fen)) FROM products p JOIN skus s ON s.product_id = p.id
		LEFT JOIN sku_platform_prices pp ON pp.sku_id = s.id AND pp.platform = $1
		WHERE p.course_id = c.id AND p.kind = 'course' AND s.active), -1) AS price_fen`

const cardFrom = ` FROM courses c LEFT JOIN instructors i ON i.id = c.instructor_id LEFT JOIN categories k ON k.id = c.category_id `

const visible = ` c.status = 'published' AND c.deleted_at = 0 `

// out is what of a course learners see.
const out = `l.course_id = courses.id AND l.deleted_at = 0 AND l.released_at > 0`

const courseColumns = `id, form, cadence, planned_count, title, promise, intro_html, audience, outcomes, cover, scene, instructor_id, category_id, position, recommended, status,
	publish_at, published_at, deleted_at, preview_token, lesson_count, preview_count, duration_ms, learner_count, version, created_at, updated_at`

const productColumns = `id, ` + sold + ` AS kind, course_id, lesson_id, title, promise, intro_html, cover, scene, status, position, rank, pay_permille, opens_all, refund_days, refund_max_watched_percent, created_at, updated_at`

const skuColumns = `id, product_id, name, price_fen, period_days, period_months, until_at, tax_category, active, sale_from, sale_until, stock, per_user, trial, position, tax_rate, tax_code`

const lessonColumns = `id, course_id, chapter_id, title, form, position, is_free, preview_ms, body_html, asset_id, duration_ms, document_id, preview_pages, page_count,
	released_at, release_at, opens_at, opens_after_days, after_lesson_id, ebook_id, in_order, version`

var (
	qCardsNewest = db.Q("catalog/cards_newest", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+`
		AND (CAST($2 AS BIGINT) = 0 OR c.published_at < $2 OR (c.published_at = $2 AND c.id < $3)) ORDER BY c.published_at DESC, c.id DESC LIMIT $4`)
	qCardsCategory = db.Q("catalog/cards_category", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+` AND c.category_id = $5
		AND (CAST($2 AS BIGINT) = 0 OR c.published_at < $2 OR (c.published_at = $2 AND c.id < $3)) ORDER BY c.published_at DESC, c.id DESC LIMIT $4`)
	qCardsRecommended = db.Q("catalog/cards_recommended", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+` AND (CAST($5 AS BIGINT) = 0 OR c.category_id = $5)
		AND ($6 OR c.recommended < $2 OR (c.recommended = $2 AND (c.position > $3 OR (c.position = $3 AND c.id > $7))))
		ORDER BY c.recommended DESC, c.position, c.id LIMIT $4`)
	qCardsPrice = db.Q("catalog/cards_price", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+` AND (CAST($5 AS BIGINT) = 0 OR c.category_id = $5)
		AND (CAST($2 AS BIGINT) < 0 OR c.from_fen > $2 OR (c.from_fen = $2 AND c.id > $3)) ORDER BY c.from_fen, c.id LIMIT $4`)
	qCardsRated = db.Q("catalog/cards_rated", `SELECT `+cardColumns+cardFrom+`WHERE`+visible+` AND (CAST($5 AS BIGINT) = 0 OR c.category_id = $5)
		AND ($6 OR c.rated < $2 OR (c.rated = $2 AND c.id < $3)) ORDER BY c.rated DESC, c.id DESC LIMIT $4`)
	qCard       = db.Q("catalog/card", `SELECT `+cardColumns+cardFrom+`WHERE c.id = $2 AND c.deleted_at = 0`)
	qCardsOwned = db.Q("catalog/cards_owned", `SELECT `+cardColumns+cardFrom+`WHERE c.deleted_at = 0
		AND c.id IN (SELECT g.resource_id FROM grants g WHERE g.user_id = $2 AND g.resource_kind = 'course' AND g.revoked_at = 0
			UNION SELECT x.ref_id FROM grants g JOIN product_parts x ON x.product_id = g.resource_id AND x.kind = 'course' WHERE g.user_id = $2 AND g.resource_kind = 'bundle' AND g.revoked_at = 0)`)
	// A lesson sold alone has its own title and its course's picture.
	qGoodsNamed = db.Q("catalog/goods_named", `SELECT p.id, p.kind, p.course_id, p.lesson_id, CASE WHEN p.title = '' THEN COALESCE(l.title, '') ELSE p.title END AS title,
		CASE WHEN p.promise = '' AND p.kind = 'lesson' THEN c.title ELSE p.promise END AS promise,
		CASE WHEN p.cover = '' THEN COALESCE(c.cover, '') ELSE p.cover END AS cover, CASE WHEN p.scene = '' THEN COALESCE(c.scene, '') ELSE p.scene END AS scene
		FROM products p LEFT JOIN lessons l ON l.id = p.lesson_id LEFT JOIN courses c ON c.id = p.course_id
		WHERE p.id IN (`+numbered(1, maxListed)+`) AND p.kind <> 'course' AND p.status = 'published' AND (p.kind <> 'lesson' OR l.deleted_at = 0 AND l.released_at > 0 AND c.deleted_at = 0 AND c.status = 'published')`)
	qCardVisible = db.Q("catalog/card_visible", `SELECT `+cardColumns+cardFrom+`WHERE c.id = $2 AND`+visible)

	qCourse     = db.Q("catalog/course", `SELECT `+courseColumns+` FROM courses WHERE id = $1 AND deleted_at = 0`)
	qCourseLock = db.Q("catalog/course_lock", `SELECT `+courseColumns+` FROM courses WHERE id = $1 AND deleted_at = 0 /*for_update*/`)
	qCourses    = db.Q("catalog/courses", `SELECT c.id, c.form, c.planned_count, c.title, c.cover, c.scene, c.status, c.publish_at, c.published_at, c.updated_at, c.lesson_count, c.duration_ms,
		c.learner_count, c.from_fen, COALESCE(i.name, '') AS instructor_name, COALESCE(k.name, '') AS category_name
		FROM courses c LEFT JOIN instructors i ON i.id = c.instructor_id LEFT JOIN categories k ON k.id = c.category_id
		WHERE c.deleted_at = 0 AND ($1 = '' OR c.status = $1) AND ($2 = '' OR c.title LIKE $2) AND (CAST($3 AS BIGINT) = 0 OR c.instructor_id = $3) AND ($7 = '' OR c.form = $7)
		AND (CAST($4 AS BIGINT) = 0 OR c.updated_at < $4 OR (c.updated_at = $4 AND c.id < $5)) ORDER BY c.updated_at DESC, c.id DESC LIMIT $6`)
	qCourseInsert = db.Q("catalog/course_insert", `INSERT INTO courses (id, title, status, preview_token, instructor_id, scene, created_at, updated_at, form)
		VALUES ($1, $2, 'draft', $3, $4, $5, $6, $6, $7)`)
	qCourseUpdate = db.Q("catalog/course_update", `UPDATE courses SET title = $2, promise = $3, intro_html = $4, audience = $5, outcomes = $6, cover = $7,
		scene = $8, instructor_id = $9, category_id = $10, position = $11, recommended = $12, updated_at = $13, cadence = $15, planned_count = $16, version = version + 1
		WHERE id = $1 AND version = $14 AND deleted_at = 0`)
	qCourseStatus = db.Q("catalog/course_status", `UPDATE courses SET status = $3, publish_at = $4, published_at = $5, updated_at = $6, version = version + 1
		WHERE id = $1 AND status = $2 AND deleted_at = 0`)
	qCourseDelete = db.Q("catalog/course_delete", `UPDATE courses SET deleted_at = $2, status = 'unpublished', version = version + 1 WHERE id = $1 AND deleted_at = 0`)
	qCoursesDue   = db.Q("catalog/courses_due", `SELECT id FROM courses WHERE status = 'scheduled' AND publish_at <= $1 AND deleted_at = 0 LIMIT 100`)
	qCourseCounts = db.Q("catalog/course_counts", `UPDATE courses SET
		lesson_count = (SELECT COUNT(*) FROM lessons l WHERE `+out+`),
		forms = COALESCE((SELECT string_agg(f.form, ',') FROM (SELECT DISTINCT l.form FROM lessons l WHERE `+out+`) f), ''),
		preview_count = (SELECT COUNT(*) FROM lessons l WHERE `+out+` AND (l.is_free OR l.preview_ms > 0 OR l.preview_pages > 0)),
		duration_ms = (SELECT CAST(COALESCE(SUM(l.duration_ms), 0) AS BIGINT) FROM lessons l WHERE `+out+`),
		from_fen = (SELECT COALESCE(MIN(s.price_fen), 0) FROM products p JOIN skus s ON s.product_id = p.id WHERE p.course_id = courses.id AND p.kind = 'course' AND s.active),
		updated_at = $2 WHERE id = $1`)
	qRated       = db.Q("catalog/course_rated", `UPDATE courses SET rated = $2, rating_tenths = $3, rating_count = $4 WHERE id = $1 AND (rated <> $2 OR rating_tenths <> $3 OR rating_count <> $4)`)
	qRatedNow    = db.Q("catalog/courses_rated", `SELECT id FROM courses WHERE rated > 0`)
	qLearners    = db.Q("catalog/course_learners", `UPDATE courses SET learner_count = $2 WHERE id = $1 AND learner_count <> $2`)
	qCourseStats = db.Q("catalog/course_stats", `SELECT status, COUNT(*) AS n FROM courses WHERE deleted_at = 0 GROUP BY status`)

	qTags     = db.Q("catalog/tags", `SELECT tag FROM course_tags WHERE course_id = $1 ORDER BY tag`)
	qTagsDrop = db.Q("catalog/tags_drop", `DELETE FROM course_tags WHERE course_id = $1`)
	qTagAdd   = db.Q("catalog/tag_add", `INSERT INTO course_tags (course_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING`)

	qChapters      = db.Q("catalog/chapters", `SELECT id, course_id, title, position FROM chapters WHERE course_id = $1 ORDER BY position, id`)
	qChapter       = db.Q("catalog/chapter", `SELECT id, course_id, title, position FROM chapters WHERE id = $1`)
	qChapterInsert = db.Q("catalog/chapter_insert", `INSERT INTO chapters (id, course_id, title, position)
		VALUES ($1, $2, $3, (SELECT COALESCE(MAX(position), 0) + 1 FROM chapters WHERE course_id = $2))`)
	qChapterRename = db.Q("catalog/chapter_rename", `UPDATE chapters SET title = $3 WHERE id = $1 AND course_id = $2`)
	qChapterPlace  = db.Q("catalog/chapter_place", `UPDATE chapters SET position = $3 WHERE id = $1 AND course_id = $2`)
	qChapterDelete = db.Q("catalog/chapter_delete", `DELETE FROM chapters WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM lessons WHERE chapter_id = $1)`)
	qChapterHollow = db.Q("catalog/chapter_hollow", `SELECT COUNT(*) FROM lessons WHERE chapter_id = $1 AND deleted_at = 0`)
	qLessonsMove   = db.Q("catalog/lessons_move", `UPDATE lessons SET chapter_id = $2 WHERE chapter_id = $1 AND deleted_at > 0`)

	qLessons      = db.Q("catalog/lessons", `SELECT `+lessonColumns+` FROM lessons WHERE course_id = $1 AND deleted_at = 0 ORDER BY chapter_id, position, id`)
	qLesson       = db.Q("catalog/lesson", `SELECT `+lessonColumns+` FROM lessons WHERE id = $1 AND deleted_at = 0`)
	qLessonInsert = db.Q("catalog/lesson_insert", `INSERT INTO lessons (id, course_id, chapter_id, title, form, position, released_at)
		VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(position), 0) + 1 FROM lessons WHERE chapter_id = $3), CASE WHEN (SELECT form FROM courses WHERE id = $2) = 'column' THEN 0 ELSE CAST($6 AS BIGINT) END)`)
	qLessonUpdate = db.Q("catalog/lesson_update", `UPDATE lessons SET title = $2, is_free = $3, preview_ms = $4, body_html = $5,
		asset_id = CASE WHEN form = 'live' THEN asset_id ELSE $6 END, duration_ms = CASE WHEN form = 'live' THEN duration_ms ELSE $7 END,
		document_id = $8, preview_pages = $9, page_count = $10, opens_at = $11, opens_after_days = $12, after_lesson_id = $13, ebook_id = $14, in_order = $15, version = version + 1
		WHERE id = $1 AND deleted_at = 0 AND (CAST($16 AS BIGINT) = 0 OR version = $16)`)
	qLessonRelease  = db.Q("catalog/lesson_release", `UPDATE lessons SET released_at = $2, release_at = 0 WHERE id = $1 AND released_at = 0 AND deleted_at = 0`)
	qLessonWithhold = db.Q("catalog/lesson_withhold", `UPDATE lessons SET released_at = 0, release_at = 0 WHERE id = $1 AND deleted_at = 0
		AND EXISTS (SELECT 1 FROM courses c WHERE c.id = lessons.course_id AND c.form = 'column')`)
	qLessonWaits     = db.Q("catalog/lesson_waits", `UPDATE lessons SET after_lesson_id = 0, version = version + 1 WHERE course_id = $1 AND after_lesson_id = $2`)
	qLessonDue       = db.Q("catalog/lesson_due", `UPDATE lessons SET release_at = $2 WHERE id = $1 AND released_at = 0 AND deleted_at = 0`)
	qLessonsDue      = db.Q("catalog/lessons_due", `SELECT `+lessonColumns+` FROM lessons WHERE release_at > 0 AND release_at <= $1 AND released_at = 0 AND deleted_at = 0 ORDER BY release_at, id LIMIT 100`)
	qLessonPlace     = db.Q("catalog/lesson_place", `UPDATE lessons SET chapter_id = $3, position = $4 WHERE id = $1 AND course_id = $2 AND deleted_at = 0`)
	qLessonDelete    = db.Q("catalog/lesson_delete", `UPDATE lessons SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0`)
	qLessonsAsset    = db.Q("catalog/lessons_of_asset", `SELECT `+lessonColumns+` FROM lessons WHERE asset_id = $1 AND deleted_at = 0`)
	qLessonsDocument = db.Q("catalog/lessons_of_document", `SELECT `+lessonColumns+` FROM lessons WHERE document_id = $1 AND deleted_at = 0`)
	qLessonPages     = db.Q("catalog/lesson_pages", `UPDATE lessons SET page_count = $2, duration_ms = $3 WHERE id = $1`)
	qLessonReplay    = db.Q("catalog/lesson_replay", `UPDATE lessons SET asset_id = $2 WHERE id = $1 AND form = 'live'`)
	qLessonLength    = db.Q("catalog/lesson_length", `UPDATE lessons SET duration_ms = $2 WHERE id = $1`)

	qAttachments      = db.Q("catalog/attachments", `SELECT id, course_id, lesson_id, name, blob_key, bytes, mime, position, file_id, permission FROM attachments WHERE course_id = $1 ORDER BY position, id`)
	qAttachment       = db.Q("catalog/attachment", `SELECT id, course_id, lesson_id, name, blob_key, bytes, mime, position, file_id, permission FROM attachments WHERE id = $1`)
	qAttachmentInsert = db.Q("catalog/attachment_insert", `INSERT INTO attachments (id, course_id, lesson_id, name, blob_key, bytes, mime, position, file_id, permission) VALUES ($1, $2, $3, $4, $5, $6, $7, $1, $8, $9)`)
	qAttachmentChange = db.Q("catalog/attachment_change", `UPDATE attachments SET name = $3, permission = $4 WHERE id = $1 AND course_id = $2`)
	qAttachmentDelete = db.Q("catalog/attachment_delete", `DELETE FROM attachments WHERE id = $1 AND course_id = $2`)

	qInstructors       = db.Q("catalog/instructors", `SELECT id, name, title, bio, avatar FROM instructors ORDER BY id LIMIT 500`)
	qInstructor        = db.Q("catalog/instructor", `SELECT id, name, title, bio, avatar FROM instructors WHERE id = $1`)
	qInstructorInsert  = db.Q("catalog/instructor_insert", `INSERT INTO instructors (id, name, title, bio, avatar, created_at) VALUES ($1, $2, $3, $4, $5, $6)`)
	qInstructorUpdate  = db.Q("catalog/instructor_update", `UPDATE instructors SET name = $2, title = $3, bio = $4, avatar = $5 WHERE id = $1`)
	qInstructorCourses = db.Q("catalog/instructor_courses", `SELECT id FROM courses WHERE instructor_id = $1 AND deleted_at = 0`)

	qCategories = db.Q("catalog/categories", `SELECT k.id, k.name, k.slug, k.position,
		(SELECT COUNT(*) FROM courses c WHERE c.category_id = k.id AND`+visible+`) AS course_count FROM categories k ORDER BY k.position, k.id`)
	qCategorySlug   = db.Q("catalog/category_by_slug", `SELECT id FROM categories WHERE slug = $1`)
	qCategoryInsert = db.Q("catalog/category_insert", `INSERT INTO categories (id, name, slug, position) VALUES ($1, $2, $3, $4)`)
	qCategoryUpdate = db.Q("catalog/category_update", `UPDATE categories SET name = $2, slug = $3, position = $4 WHERE id = $1`)
	qCategoryDelete = db.Q("catalog/category_delete", `DELETE FROM categories WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM courses WHERE category_id = $1 AND deleted_at = 0)`)

	qBanners      = db.Q("catalog/banners", `SELECT id, title, subtitle, note, image, link, position, active FROM banners WHERE (active OR $1) ORDER BY position, id LIMIT 50`)
	qBannerInsert = db.Q("catalog/banner_insert", `INSERT INTO banners (id, title, subtitle, note, image, link, position, active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET title = $2, subtitle = $3, note = $4, image = $5, link = $6, position = $7, active = $8`)
	qBannerDelete = db.Q("catalog/banner_delete", `DELETE FROM banners WHERE id = $1`)

	qProduct       = db.Q("catalog/product", `SELECT `+productColumns+` FROM products p WHERE p.course_id = $1 AND p.kind = 'course'`)
	qProductByID   = db.Q("catalog/product_by_id", `SELECT `+productColumns+` FROM products p WHERE id = $1`)
	qProductInsert = db.Q("catalog/product_insert", `INSERT INTO products (id, kind, course_id, created_at) VALUES ($1, 'course', $2, $3) ON CONFLICT DO NOTHING`)
	qProductPolicy = db.Q("catalog/product_policy", `UPDATE products SET refund_days = $2, refund_max_watched_percent = $3 WHERE id = $1`)
	qSKUs          = db.Q("catalog/skus", `SELECT `+skuColumns+` FROM skus WHERE product_id = $1 AND (active OR $2) ORDER BY position, id`)
	// The title is the course's or lesson's own where the product has none.
	qOffer = db.Q("catalog/offer", `SELECT s.id AS sku_id, s.name AS sku_name, s.period_days, s.period_months, s.until_at, s.tax_category, s.tax_rate, s.tax_code, s.active,
		s.sale_from, s.sale_until, s.stock, s.per_user, s.trial,
		s.price_fen AS plain_fen, COALESCE(pp.price_fen, s.price_fen) AS price_fen, p.id AS product_id, `+sold+` AS kind, p.rank, p.refund_days, p.refund_max_watched_percent,
		p.course_id, COALESCE(c.category_id, 0) AS category_id, CASE WHEN p.title <> '' THEN p.title WHEN p.kind = 'lesson' THEN COALESCE(l.title, '') ELSE COALESCE(c.title, '') END AS title,
		CASE WHEN p.cover <> '' THEN p.cover ELSE COALESCE(c.cover, '') END AS cover, CASE WHEN p.scene <> '' THEN p.scene ELSE COALESCE(c.scene, '') END AS scene,
		CASE WHEN p.kind = 'course' THEN COALESCE(c.status, '') WHEN p.purpose <> '' THEN 'published' ELSE p.status END AS status,
		CASE WHEN p.course_id > 0 AND (COALESCE(c.deleted_at, 1) > 0 OR c.status <> 'published') THEN 1 ELSE COALESCE(l.deleted_at, 0) END AS deleted_at,
		COALESCE(i.name, '') AS instructor_name, p.kind = 'lesson' AND COALESCE(l.released_at, 0) = 0 AS withheld,
		COALESCE((SELECT MIN(h.price_fen) FROM sku_price_history h WHERE h.sku_id = s.id AND (h.until_at = 0 OR h.until_at > $3)), s.price_fen) AS week_low_fen,
		COALESCE((SELECT MIN(h.price_fen) FROM sku_price_history h JOIN sku_price_history n ON n.sku_id = h.sku_id AND n.until_at = 0
			WHERE h.sku_id = s.id AND h.until_at > n.from_at - 604800000 AND n.from_at > $4), 0) AS before_fen
		FROM skus s JOIN products p ON p.id = s.product_id LEFT JOIN courses c ON c.id = p.course_id LEFT JOIN lessons l ON l.id = p.lesson_id
		LEFT JOIN instructors i ON i.id = c.instructor_id
		LEFT JOIN sku_platform_prices pp ON pp.sku_id = s.id AND pp.platform = $2 WHERE s.id = $1`)
	qSKUInsert = db.Q("catalog/sku_insert", `INSERT INTO skus (id, product_id, name, price_fen, period_days, period_months, until_at, tax_category, active, sale_from, sale_until,
		stock, per_user, trial, position, created_at, tax_rate, tax_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`)
	qSKUUpdate = db.Q("catalog/sku_update", `UPDATE skus SET name = $2, price_fen = $3, period_days = $4, period_months = $5, until_at = $6, tax_category = $7, active = $8, sale_from = $9,
		sale_until = $10, stock = $11, per_user = $12, trial = $13, position = $14, tax_rate = $15, tax_code = $16 WHERE id = $1`)
	qSKUProduct     = db.Q("catalog/sku_product", `SELECT product_id FROM skus WHERE id = $1`)
	qSKUPrice       = db.Q("catalog/sku_price", `SELECT price_fen FROM skus WHERE id = $1 /*for_update*/`)
	qPlatformPrices = db.Q("catalog/platform_prices", `SELECT pp.sku_id, pp.platform, pp.price_fen FROM sku_platform_prices pp JOIN skus s ON s.id = pp.sku_id
		WHERE s.product_id = $1 ORDER BY pp.sku_id, pp.platform`)
	qPlatformDrop = db.Q("catalog/platform_prices_drop", `DELETE FROM sku_platform_prices WHERE sku_id = $1`)
	qPlatformAdd  = db.Q("catalog/platform_price_add", `INSERT INTO sku_platform_prices (sku_id, platform, price_fen) VALUES ($1, $2, $3)`)
	qHistoryEnd   = db.Q("catalog/history_end", `UPDATE sku_price_history SET until_at = $2 WHERE sku_id = $1 AND until_at = 0`)
	qHistoryAdd   = db.Q("catalog/history_add", `INSERT INTO sku_price_history (sku_id, price_fen, from_at) VALUES ($1, $2, $3)
		ON CONFLICT (sku_id, from_at) DO UPDATE SET price_fen = $2, until_at = 0`)
	qTierPrices    = db.Q("catalog/tier_prices", `SELECT t.sku_id, t.tier_id, t.price_fen FROM sku_tier_prices t JOIN skus s ON s.id = t.sku_id WHERE s.product_id = $1 ORDER BY t.sku_id, t.tier_id`)
	qTierPricesOf  = db.Q("catalog/tier_prices_of", `SELECT sku_id, tier_id, price_fen FROM sku_tier_prices WHERE sku_id = $1 ORDER BY tier_id`)
	qTierPriceDrop = db.Q("catalog/tier_prices_drop", `DELETE FROM sku_tier_prices WHERE sku_id = $1`)
	qTierPriceAdd  = db.Q("catalog/tier_price_add", `INSERT INTO sku_tier_prices (sku_id, tier_id, price_fen) VALUES ($1, $2, $3)`)

	qGoodsInsert = db.Q("catalog/goods_insert", `INSERT INTO products (id, kind, course_id, lesson_id, title, status, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'draft', $6, $6) ON CONFLICT DO NOTHING`)
	qEntryInsert = db.Q("catalog/entry_insert", `INSERT INTO products (id, kind, purpose, title, status, refund_days, refund_max_watched_percent, created_at, updated_at) VALUES ($1, 'service', $2, $3, 'draft', $4, 100, $5, $5)`)
	qEntryUpdate = db.Q("catalog/entry_update", `UPDATE products SET title = $3, updated_at = $4 WHERE id = $1 AND purpose = $2`)
	qGoodsUpdate = db.Q("catalog/goods_update", `UPDATE products SET title = $2, promise = $3, intro_html = $4, cover = $5, scene = $6, position = $7, rank = $8, pay_permille = $9, opens_all = $10,
		updated_at = $11 WHERE id = $1 AND kind <> 'course' AND purpose = ''`)
	qGoodsStatus = db.Q("catalog/goods_status", `UPDATE products SET status = $3, updated_at = $4 WHERE id = $1 AND status = $2 AND kind <> 'course' AND purpose = ''`)
	qGoodsList   = db.Q("catalog/goods", `SELECT `+productColumns+`, COALESCE((SELECT l.title FROM lessons l WHERE l.id = p.lesson_id AND l.deleted_at = 0), '') AS lesson_title,
		(SELECT COUNT(*) FROM skus k WHERE k.product_id = p.id AND k.active) AS offers, (SELECT CAST(COALESCE(MIN(CASE WHEN k.trial THEN NULL ELSE k.price_fen END), MIN(k.price_fen), 0) AS BIGINT) FROM skus k WHERE k.product_id = p.id AND k.active) AS from_fen
		FROM products p WHERE p.kind = $1 AND p.purpose = '' AND ($2 OR p.status = 'published') ORDER BY position, id LIMIT 200`)
	qGoodsCards = db.Q("catalog/goods_cards", `SELECT p.id, p.kind, p.course_id, p.lesson_id, p.title, p.promise, p.cover, p.scene FROM products p WHERE p.kind = $1 AND p.status = 'published'
		AND (p.kind <> 'lesson' OR EXISTS (SELECT 1 FROM lessons l WHERE l.id = p.lesson_id AND l.deleted_at = 0 AND l.released_at > 0)) ORDER BY p.position, p.id LIMIT 200`)
	qLessonSold  = db.Q("catalog/lesson_product", `SELECT `+productColumns+` FROM products p WHERE p.lesson_id = $1 AND p.kind = 'lesson'`)
	qMemberships = db.Q("catalog/memberships", `SELECT id, title, pay_permille, opens_all FROM products WHERE kind = 'membership' AND status <> 'draft' ORDER BY rank, id LIMIT 50`)
	qParts       = db.Q("catalog/product_parts", `SELECT kind, ref_id, position, added_at FROM product_parts WHERE product_id = $1 AND removed_at = 0 ORDER BY position, ref_id`)
	qPartCards   = db.Q("catalog/product_part_cards", `SELECT `+cardColumns+cardFrom+`JOIN product_parts x ON x.kind = 'course' AND x.ref_id = c.id AND x.removed_at = 0 WHERE x.product_id = $2 AND`+visible+` ORDER BY x.position, c.id LIMIT 200`)
	qPartAdd     = db.Q("catalog/product_part_add", `INSERT INTO product_parts (product_id, kind, ref_id, position, added_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (product_id, kind, ref_id) DO UPDATE SET position = $4, removed_at = 0`)
	qPartRemove = db.Q("catalog/product_part_remove", `UPDATE product_parts SET removed_at = $4 WHERE product_id = $1 AND kind = $2 AND ref_id = $3 AND removed_at = 0`)

	qRuleAdd = db.Q("catalog/grant_rule_add", `INSERT INTO grant_rules (sku_id, resource_kind, resource_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)

	qItemWant = db.Q("catalog/item_want", `INSERT INTO virtual_items (item_id, sku_id, price_fen, state, updated_at) SELECT $1, id, $3, 'wanted', $4 FROM skus WHERE id = $2 AND tax_category = 'digital_service' ON CONFLICT DO NOTHING`)
	qItem     = db.Q("catalog/item", `SELECT item_id, sku_id, price_fen, state, message, updated_at FROM virtual_items WHERE sku_id = $1 AND price_fen = $2`)
	qItems    = db.Q("catalog/items", `SELECT v.item_id, v.sku_id, v.price_fen, v.state, v.message, v.updated_at FROM virtual_items v JOIN skus s ON s.id = v.sku_id
		WHERE s.product_id = $1 ORDER BY v.updated_at DESC`)
	qItemsOpen = db.Q("catalog/items_open", `SELECT v.item_id, v.sku_id, v.price_fen, v.state, v.message, v.updated_at, s.name AS sku_name, CASE WHEN p.title <> '' THEN p.title ELSE COALESCE(c.title, '') END AS title
		FROM virtual_items v JOIN skus s ON s.id = v.sku_id JOIN products p ON p.id = s.product_id LEFT JOIN courses c ON c.id = p.course_id
		WHERE v.state IN ('wanted', 'uploading', 'uploaded', 'publishing') ORDER BY v.updated_at LIMIT 50`)
	qItemMove  = db.Q("catalog/item_move", `UPDATE virtual_items SET state = $3, message = $4, updated_at = $5 WHERE item_id = $1 AND state = $2`)
	qItemAgain = db.Q("catalog/item_again", `UPDATE virtual_items SET state = 'wanted', message = '', updated_at = $3 WHERE sku_id = $1 AND price_fen = $2 AND state = 'failed'`)
)
