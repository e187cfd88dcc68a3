package library

import (
	"context"
	"strconv"

	"zhizhou/internal/db"
	"zhizhou/internal/media"
)

// Use is a place where material is used.
type Use struct {
	What        string // lesson, article, attachment, course, goods, banner, instructor, topic, question, homework, agreement, partner, reward, class, school, version
	ID          int64
	Title       string
	CourseID    int64 // 0: it belongs to no course
	CourseTitle string
}

// UseLabels are what the places are called.
var UseLabels = map[string]string{
	"lesson": "课时", "article": "正文", "attachment": "附件", "course": "课程", "goods": "商品", "banner": "首页横幅", "partner": "合伙人素材", "reward": "活动奖品或积分商品", "class": "打卡班",
	"instructor": "讲师", "topic": "专题", "question": "题目", "homework": "作业", "agreement": "协议", "school": "学校", "version": "历史版本",
}

// Label says in a few words where it is.
func (u Use) Label() string {
	out := UseLabels[u.What]
	if u.CourseID != 0 && u.What != "course" {
		out = "《" + u.CourseTitle + "》的" + out
	}
	if u.Title != "" && u.What != "version" {
		out += "「" + u.Title + "」"
	}
	if u.What == "version" {
		out += " " + u.Title
	}
	return out
}

const (
	lessonOf  = ` FROM lessons l JOIN courses c ON c.id = l.course_id WHERE l.deleted_at = 0 AND c.deleted_at = 0 AND `
	inVersion = ` UNION ALL SELECT CAST('version' AS TEXT), v.id, 'v' || v.no, c.id, c.title FROM material_holds h JOIN course_versions v ON v.id = h.version_id JOIN courses c ON c.id = v.course_id
		WHERE h.material_id = $1 AND c.deleted_at = 0 AND h.kind = `
	lessonCols = `SELECT CAST('lesson' AS TEXT) AS what, l.id, l.title, c.id AS course_id, c.title AS course_title`
	none       = `CAST(0 AS BIGINT), ''`
)

var (
	qUsesAsset = db.Q("library/uses_asset", lessonCols+lessonOf+`l.asset_id = $1
		UNION ALL SELECT CAST('article' AS TEXT), l.id, l.title, c.id, c.title`+lessonOf+`l.form = 'article' AND l.body_html LIKE $2
		UNION ALL SELECT CAST('class' AS TEXT), k.id, k.title, `+none+` FROM challenge_classes k WHERE k.clip_id = $1 AND k.clip_id > 0`+inVersion+`'asset' ORDER BY 1, 2 LIMIT 200`)
	qUsesDocument = db.Q("library/uses_document", lessonCols+lessonOf+`l.document_id = $1`+inVersion+`'document' ORDER BY 1, 2 LIMIT 200`)
	qUsesEbook    = db.Q("library/uses_ebook", lessonCols+lessonOf+`l.ebook_id = $1`+inVersion+`'ebook' ORDER BY 1, 2 LIMIT 200`)
	qUsesFile     = db.Q("library/uses_file", `SELECT CAST('attachment' AS TEXT) AS what, a.id, a.name AS title, c.id AS course_id, c.title AS course_title FROM attachments a JOIN courses c ON c.id = a.course_id
		LEFT JOIN lessons l ON l.id = a.lesson_id WHERE a.file_id = $1 AND c.deleted_at = 0 AND (a.lesson_id = 0 OR l.deleted_at = 0)
		UNION ALL SELECT CAST('reward' AS TEXT), g.id, g.title, `+none+` FROM shop_goods g WHERE g.kind = 'material' AND g.ref_id = $1
		UNION ALL SELECT CAST('reward' AS TEXT), c.id, c.title || ' · ' || p.title, `+none+` FROM campaign_prizes p JOIN campaigns c ON c.id = p.campaign_id WHERE p.kind = 'material' AND p.ref_id = $1`+inVersion+`'file' ORDER BY 1, 2 LIMIT 200`)
	// A picture is named by its key or its address, which ends alike: $2 finds both.
	qUsesPicture = db.Q("library/uses_picture", `SELECT CAST('course' AS TEXT) AS what, c.id, c.title, c.id AS course_id, c.title AS course_title FROM courses c WHERE c.deleted_at = 0 AND (c.cover LIKE $2 OR c.intro_html LIKE $2)
		UNION ALL SELECT CAST('article' AS TEXT), l.id, l.title, c.id, c.title`+lessonOf+`l.body_html LIKE $2
		UNION ALL SELECT CAST('homework' AS TEXT), l.id, l.title, c.id, c.title FROM homeworks w JOIN lessons l ON l.id = w.lesson_id JOIN courses c ON c.id = l.course_id WHERE l.deleted_at = 0 AND c.deleted_at = 0 AND w.task_html LIKE $2
		UNION ALL SELECT CAST('goods' AS TEXT), p.id, p.title, `+none+` FROM products p WHERE p.cover LIKE $2 OR p.intro_html LIKE $2
		UNION ALL SELECT CAST('banner' AS TEXT), b.id, b.title, `+none+` FROM banners b WHERE b.image LIKE $2
		UNION ALL SELECT CAST('partner' AS TEXT), m.id, m.title, `+none+` FROM partner_materials m WHERE m.picture LIKE $2
		UNION ALL SELECT CAST('instructor' AS TEXT), t.id, t.name, `+none+` FROM instructors t WHERE t.avatar LIKE $2
		UNION ALL SELECT CAST('topic' AS TEXT), t.id, t.title, `+none+` FROM topics t WHERE t.cover LIKE $2
		UNION ALL SELECT CAST('agreement' AS TEXT), 0, a.title, `+none+` FROM agreements a WHERE a.body_html LIKE $2
		UNION ALL SELECT CAST('agreement' AS TEXT), 0, a.title, `+none+` FROM agreement_drafts a WHERE a.body_html LIKE $2
		UNION ALL SELECT CAST('question' AS TEXT), q.id, '', `+none+` FROM questions q WHERE q.deleted_at = 0 AND (q.stem LIKE $2 OR q.explanation LIKE $2 OR q.options LIKE $2)`+inVersion+`'picture' ORDER BY 1, 2 LIMIT 200`)
	qPictureKey = db.Q("library/picture_key", `SELECT blob_key FROM media_files WHERE id = $1`)
)

// Uses lists where material is used, at most 200 places. Returns ErrGone.
func (s *Service) Uses(ctx context.Context, who Who, r media.Ref) ([]Use, error) {
	if _, err := s.Name(ctx, who, r); err != nil {
		return nil, err
	}
	logo, err := s.Logo(ctx)
	if err != nil {
		return nil, err
	}
	return usesOf(ctx, s.DB, r, logo)
}

// Name is what material is called. Returns ErrGone.
func (s *Service) Name(ctx context.Context, who Who, r media.Ref) (string, error) {
	name, by, err := s.about(ctx, r)
	if err == nil && who.OwnOnly && by != who.StaffID {
		name, err = "", ErrGone
	}
	return name, err
}

func (s *Service) about(ctx context.Context, r media.Ref) (name string, by int64, err error) {
	switch r.Kind {
	case media.MaterialAsset:
		a, err := s.Media.Asset(ctx, r.ID)
		return a.Name, a.CreatedBy, err
	case media.MaterialDocument:
		d, err := s.Document.Get(ctx, r.ID)
		return d.Name, d.CreatedBy, err
	case media.MaterialEbook:
		b, err := s.Ebook.Get(ctx, r.ID)
		return b.Name, b.CreatedBy, err
	case media.MaterialPicture, media.MaterialFile:
		f, err := s.Media.Stored(ctx, r.ID)
		return f.Name, f.CreatedBy, err
	}
	return "", 0, ErrGone
}

func usesOf(ctx context.Context, r db.Reader, ref media.Ref, logo string) ([]Use, error) {
	var rows []Use
	var err error
	switch ref.Kind {
	case media.MaterialAsset:
		err = r.List(ctx, qUsesAsset, &rows, ref.ID, `%data-asset="`+strconv.FormatInt(ref.ID, 10)+`"%`)
	case media.MaterialDocument:
		err = r.List(ctx, qUsesDocument, &rows, ref.ID)
	case media.MaterialEbook:
		err = r.List(ctx, qUsesEbook, &rows, ref.ID)
	case media.MaterialFile:
		err = r.List(ctx, qUsesFile, &rows, ref.ID)
	case media.MaterialPicture:
		var key string
		if err = r.Get(ctx, qPictureKey, &key, ref.ID); err == nil {
			err = r.List(ctx, qUsesPicture, &rows, ref.ID, "%"+media.PictureTail(key)+"%")
		}
		if err == nil && logo == key {
			rows = append(rows, Use{What: "school", Title: "标志"})
		}
	}
	return rows, err
}
