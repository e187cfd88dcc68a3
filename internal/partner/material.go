package partner

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"zhizhou/internal/audit"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Material is something that partners take as it is.
type Material struct {
	ID        int64
	ProductID int64  // 0: for all
	Kind      string // "text", "script", "highlight" or "picture"
	Title     string
	Body      string
	Picture   string // key
	Status    string // "on" or "off"
	Version   int64
	UpdatedAt int64
}

// MaterialKinds are the kinds of material.
var MaterialKinds = []string{"text", "script", "highlight", "picture"}

const materialColumns = `id, product_id, kind, title, body, picture, status, version, updated_at`

var (
	qMaterials = db.Q("partner/materials", `SELECT `+materialColumns+` FROM partner_materials WHERE ($1 = '' OR status = $1) AND ($2 = '' OR kind = $2)
		AND (CAST($3 AS BIGINT) = 0 OR product_id = $3 OR product_id = 0) AND (CAST($4 AS BIGINT) = 0 OR id < $4) ORDER BY id DESC LIMIT $5`)
	qMaterial       = db.Q("partner/material", `SELECT `+materialColumns+` FROM partner_materials WHERE id = $1`)
	qMaterialInsert = db.Q("partner/material_insert", `INSERT INTO partner_materials (id, product_id, kind, title, body, picture, status, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'on', $7)`)
	qMaterialUpdate = db.Q("partner/material_update", `UPDATE partner_materials SET product_id = $2, kind = $3, title = $4, body = $5, picture = $6, version = version + 1, updated_at = $7 WHERE id = $1 AND version = $8`)
	qMaterialSwitch = db.Q("partner/material_switch", `UPDATE partner_materials SET status = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND status <> $2`)
)

// Materials lists by status and kind ("": all), newest first; productID narrows to those of
// a product and those for all.
func (s *Service) Materials(ctx context.Context, status, kind string, productID, before int64, limit int) ([]Material, error) {
	var rows []Material
	err := s.DB.List(ctx, qMaterials, &rows, status, kind, productID, before, limit)
	return rows, err
}

// SaveMaterial adds (ID 0) or changes a material. Returns ErrMaterial, ErrItemGone, ErrVersion.
func (s *Service) SaveMaterial(ctx context.Context, m Material) (int64, error) {
	m.Title, m.Body = text.Line(m.Title), text.Lines(m.Body)
	title, body := utf8.RuneCountInString(m.Title), utf8.RuneCountInString(m.Body)
	switch {
	case !slices.Contains(MaterialKinds, m.Kind):
		return 0, ErrMaterial.Field("kind", "请选择种类")
	case title < 1 || title > 60:
		return 0, ErrMaterial.Field("title", "标题为 1–60 个字")
	case body > 2000:
		return 0, ErrMaterial.Field("body", "内容不超过 2000 个字")
	case m.Kind == "picture" && m.Picture == "":
		return 0, ErrMaterial.Field("picture", "请上传图片")
	case m.Kind != "picture" && body == 0:
		return 0, ErrMaterial.Field("body", "请填写内容")
	}
	if m.Kind != "picture" {
		m.Picture = ""
	}
	isNew := m.ID == 0
	if isNew {
		m.ID = id.New()
	}
	return m.ID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before any
		if isNew {
			if _, err := tx.Exec(ctx, qMaterialInsert, m.ID, m.ProductID, m.Kind, m.Title, m.Body, m.Picture, s.now()); err != nil {
				return err
			}
		} else {
			var was Material
			if err := tx.Get(ctx, qMaterial, &was, m.ID); err != nil {
				return none(err, ErrItemGone)
			}
			before = was
			n, err := tx.Exec(ctx, qMaterialUpdate, m.ID, m.ProductID, m.Kind, m.Title, m.Body, m.Picture, s.now(), m.Version)
			if err != nil {
				return err
			}
			if n == 0 {
				return ErrVersion
			}
		}
		return audit.Write(ctx, tx, s.Clock, "partner.material", fmt.Sprintf("partner_material:%d", m.ID), before, m, "")
	})
}

// SwitchMaterial shows a material to partners, or not. Returns ErrItemGone.
func (s *Service) SwitchMaterial(ctx context.Context, materialID int64, on bool) error {
	to := map[bool]string{true: "on", false: "off"}[on]
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qMaterialSwitch, materialID, to, s.now())
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrItemGone.Say("素材已经是这个状态，或不存在")
		}
		return audit.Write(ctx, tx, s.Clock, "partner.material_"+to, fmt.Sprintf("partner_material:%d", materialID), nil, map[string]any{"status": to}, "")
	})
}
