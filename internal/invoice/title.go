package invoice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// Kinds of title.
const (
	Enterprise  = "enterprise"
	Person      = "person"
	Institution = "institution"
)

// Party is to whom an invoice is made out and where it is sent. It is sealed
// wherever it is stored.
type Party struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	TaxNo   string `json:"tax_no,omitempty"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Bank    string `json:"bank,omitempty"`
	Account string `json:"account,omitempty"`
	Email   string `json:"email,omitempty"`
	Mobile  string `json:"mobile,omitempty"`
}

// Title is a Party that a buyer keeps.
type Title struct {
	ID        int64
	UserID    int64
	Kind      string
	Sealed    []byte
	IsDefault bool
	CreatedAt int64
	UpdatedAt int64
	Party     Party `db:"-"`
}

const maxTitles = 20

var (
	taxNo   = regexp.MustCompile(`^[0-9A-Z]{15,20}$`)
	phone   = regexp.MustCompile(`^[0-9+() -]{5,30}$`)
	account = regexp.MustCompile(`^[0-9 -]{6,40}$`)
	mobile  = regexp.MustCompile(`^1[0-9]{10}$`)
)

// clean returns p as it is kept. Returns ErrTitle naming the field.
func (p Party) clean() (Party, error) {
	line := text.Line
	p.Name, p.Address, p.Bank = line(p.Name), line(p.Address), line(p.Bank)
	p.TaxNo = strings.ToUpper(strings.ReplaceAll(line(p.TaxNo), " ", ""))
	p.Phone, p.Account, p.Email, p.Mobile = line(p.Phone), line(p.Account), line(p.Email), line(p.Mobile)
	if p.Kind == Person {
		p.TaxNo, p.Address, p.Phone, p.Bank, p.Account = "", "", "", "", ""
	}
	long := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	to, mailErr := mail.ParseAddress(p.Email)
	switch {
	case p.Kind != Enterprise && p.Kind != Person && p.Kind != Institution:
		return p, ErrTitle.Field("kind", "请选择企业、个人或事业单位")
	case utf8.RuneCountInString(p.Name) < 2 || long(p.Name, 100):
		return p, ErrTitle.Field("name", "抬头为 2–100 个字")
	case p.Kind == Enterprise && p.TaxNo == "":
		return p, ErrTitle.Field("tax_no", "企业抬头要填纳税人识别号")
	case p.TaxNo != "" && !taxNo.MatchString(p.TaxNo):
		return p, ErrTitle.Field("tax_no", "纳税人识别号是 15–20 位数字或大写字母")
	case long(p.Address, 200):
		return p, ErrTitle.Field("address", "地址最多 200 个字")
	case p.Phone != "" && !phone.MatchString(p.Phone):
		return p, ErrTitle.Field("phone", "请检查电话")
	case long(p.Bank, 100):
		return p, ErrTitle.Field("bank", "开户行最多 100 个字")
	case p.Account != "" && !account.MatchString(p.Account):
		return p, ErrTitle.Field("account", "账号是 6–40 位数字")
	case p.Email != "" && (mailErr != nil || to.Address != p.Email || len(p.Email) > 100):
		return p, ErrTitle.Field("email", "请检查邮箱")
	case p.Mobile != "" && !mobile.MatchString(p.Mobile):
		return p, ErrTitle.Field("mobile", "请填 11 位手机号")
	}
	return p, nil
}

func (s *Service) seal(p Party) []byte {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // plain texts
	}
	return s.Box.Seal("invoice", raw)
}

func (s *Service) open(sealed []byte) (Party, error) {
	var p Party
	raw, err := s.Box.Open("invoice", sealed)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return p, fmt.Errorf("invoice: a sealed title: %w", err)
	}
	return p, nil
}

// Titles lists a buyer's titles, the default one first.
func (s *Service) Titles(ctx context.Context, userID int64) ([]Title, error) {
	var rows []Title
	if err := s.DB.List(ctx, qTitles, &rows, userID); err != nil {
		return nil, err
	}
	for i := range rows {
		var err error
		if rows[i].Party, err = s.open(rows[i].Sealed); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// title returns one of a buyer's titles. Returns ErrTitleGone, also for another's.
func (s *Service) title(ctx context.Context, r db.Reader, userID, titleID int64) (Title, error) {
	var t Title
	err := r.Get(ctx, qTitle, &t, titleID, userID)
	if errors.Is(err, db.ErrNone) {
		return t, ErrTitleGone
	}
	if err == nil {
		t.Party, err = s.open(t.Sealed)
	}
	return t, err
}

// SaveTitle adds (ID 0) or changes a title; the first one becomes the default.
// Invoices that were asked for keep the title as it was. Returns ErrTitle,
// ErrTitleGone, ErrTitleMany.
func (s *Service) SaveTitle(ctx context.Context, userID, titleID int64, p Party, isDefault bool) (int64, error) {
	p, err := p.clean()
	if err != nil {
		return 0, err
	}
	sealed, now, fresh := s.seal(p), clock.MS(s.Clock), id.New()
	out := titleID
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var have int64
		if err := tx.Get(ctx, qTitleCount, &have, userID); err != nil {
			return err
		}
		first := isDefault || have == 0
		if titleID != 0 {
			old, err := s.title(ctx, tx, userID, titleID)
			if err != nil {
				return err
			}
			first = first || old.IsDefault
		} else if have >= maxTitles {
			return ErrTitleMany
		}
		if first {
			if _, err := tx.Exec(ctx, qTitlePlain, userID); err != nil {
				return err
			}
		}
		if titleID == 0 {
			out = fresh
			_, err := tx.Exec(ctx, qTitleInsert, out, userID, p.Kind, sealed, first, now)
			return err
		}
		return changed(ErrTitleGone)(tx.Exec(ctx, qTitleUpdate, titleID, userID, p.Kind, sealed, first, now))
	})
	return out, err
}

// DeleteTitle forgets a title; invoices keep theirs. Returns ErrTitleGone.
func (s *Service) DeleteTitle(ctx context.Context, userID, titleID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return changed(ErrTitleGone)(tx.Exec(ctx, qTitleDelete, titleID, userID, clock.MS(s.Clock)))
	})
}

// Merge gives the titles and invoices of one account to another.
func (s *Service) Merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	for _, q := range []*db.Stmt{qTitlesMerge, qInvoiceMerge} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}

// changed turns a count of zero into refusal.
func changed(refusal *errs.E) func(n int64, err error) error {
	return func(n int64, err error) error {
		if err == nil && n == 0 {
			return refusal
		}
		return err
	}
}
