package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

// User is a learner.
type User struct {
	ID           int64
	Nickname     string
	Avatar       string // blob key or ""
	PhoneHash    string
	PhoneMasked  string
	PasswordHash string
	LargeType    bool
	CreatedAt    int64
}

// Mark is the text that is written over what the user is shown: the masked number
// and the end of the id, enough to find out who passed it on, and no number to call.
func (u User) Mark() string {
	return strings.TrimSpace(u.PhoneMasked + " " + fmt.Sprintf("%06d", u.ID%1_000_000))
}

// Identity is one way to be recognised as a user.
type Identity struct {
	ID      int64
	UserID  int64
	Kind    string
	OpenID  string `db:"openid"`
	UnionID string `db:"unionid"`
}

// The kinds of identity.
const (
	Mini     = "wechat_mini"
	Official = "wechat_official"
)

// User returns the user. Returns ErrSignIn when there is none.
func (s *Service) User(ctx context.Context, userID int64) (User, error) {
	return s.user(ctx, s.DB, userID)
}

func (s *Service) user(ctx context.Context, r db.Reader, userID int64) (User, error) {
	var u User
	err := r.Get(ctx, qUser, &u, userID)
	if errors.Is(err, db.ErrNone) {
		return u, ErrSignIn
	}
	return u, err
}

// Identities returns how the user can be recognised by WeChat.
func (s *Service) Identities(ctx context.Context, userID int64) ([]Identity, error) {
	var rows []Identity
	err := s.DB.List(ctx, qIdentities, &rows, userID)
	return rows, err
}

// UserRow is a user in the console's list.
type UserRow struct {
	ID          int64
	Nickname    string
	Avatar      string
	PhoneMasked string
	CreatedAt   int64
}

// Users lists users, newest first, before the id before (0: from the start). q is
// a whole phone number or a part of the nickname.
func (s *Service) Users(ctx context.Context, before int64, q string, limit int) ([]UserRow, error) {
	like, hash := "", ""
	if q = strings.TrimSpace(q); q != "" {
		like, hash = "%"+strings.NewReplacer("%", "", "_", "").Replace(q)+"%", s.phoneHash(q)
	}
	var rows []UserRow
	err := s.DB.List(ctx, qUsers, &rows, before, like, hash, limit)
	return rows, err
}

// CountUsers returns how many users registered since the time (ms).
func (s *Service) CountUsers(ctx context.Context, since int64) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qUserCount, &n, since)
	return n, err
}

// byPhone finds or makes the user of phone inside tx.
func (s *Service) byPhone(ctx context.Context, tx *db.Tx, phone string) (u User, isNew bool, err error) {
	hash := s.phoneHash(phone)
	n, err := tx.Exec(ctx, qUserInsert, id.New(), nickname(), "", hash, s.Box.Seal("phone", []byte(phone)), maskPhone(phone), clock.MS(s.Clock))
	if err != nil {
		return u, false, err
	}
	err = tx.Get(ctx, qUserByPhone, &u, hash)
	return u, n == 1, err
}

// Invent makes a user whom nobody can sign in as: an author of what a demo school
// shows.
func (s *Service) Invent(ctx context.Context, name string) (int64, error) {
	userID := id.New()
	return userID, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qUserInsert, userID, text.Line(name), "", nil, nil, "", clock.MS(s.Clock))
		return err
	})
}

// Rename sets the nickname. Returns ErrNickname, ErrNicknameStaff.
func (s *Service) Rename(ctx context.Context, userID int64, name string) error {
	name = text.Line(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 20 {
		return ErrNickname
	}
	if posesAsStaff(name, s.shopName(ctx)) {
		return ErrNicknameStaff
	}
	return s.set(ctx, qUserNickname, userID, name)
}

// SetLargeType turns the large-type mode on or off.
func (s *Service) SetLargeType(ctx context.Context, userID int64, on bool) error {
	return s.set(ctx, qUserLarge, userID, on)
}

// SetAvatar sets the blob key of the picture.
func (s *Service) SetAvatar(ctx context.Context, userID int64, key string) error {
	return s.set(ctx, qUserAvatar, userID, key)
}

func (s *Service) set(ctx context.Context, q *db.Stmt, userID int64, value any) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, q, userID, value)
		return err
	})
}

// SetPassword sets a password after a code to the user's own phone was proven.
// All other devices are signed out. Returns ErrNoPhone, ErrPassword, ErrCode….
func (s *Service) SetPassword(ctx context.Context, userID, sessionID int64, password, code string) error {
	if !strongEnough(password) {
		return ErrPassword
	}
	phone, err := s.phoneOf(ctx, userID)
	if err != nil {
		return err
	}
	if err := s.useCode(ctx, phone, code); err != nil {
		return err
	}
	hash := s.hashPassword(password)
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qUserPassword, userID, hash); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qSessionRevokeAll, userID, sessionID, clock.MS(s.Clock))
		return err
	})
}

var qPhoneSealed = db.Q("account/phone_sealed", `SELECT phone_sealed FROM users WHERE id = $1 AND phone_sealed IS NOT NULL`)

func (s *Service) phoneOf(ctx context.Context, userID int64) (string, error) {
	var sealed []byte
	err := s.DB.Get(ctx, qPhoneSealed, &sealed, userID)
	if errors.Is(err, db.ErrNone) {
		return "", ErrNoPhone
	}
	if err != nil {
		return "", err
	}
	plain, err := s.Box.Open("phone", sealed)
	return string(plain), err
}

// SendOwnCode sends a code to the user's own phone, for changes that need proof.
// Returns ErrNoPhone and what SendCode returns.
func (s *Service) SendOwnCode(ctx context.Context, userID int64, address string) (time.Duration, error) {
	phone, err := s.phoneOf(ctx, userID)
	if err != nil {
		return 0, err
	}
	return s.send(ctx, phone, address)
}

// BindPhone proves phone by code and gives it to the user; if the phone already
// belongs to another user and this one has none, the two become one and the
// phone's user is returned. Who has a phone proves that one too (ownCode, sent by
// SendOwnCode): a borrowed session alone cannot move an account to another phone.
// All other devices are signed out then. Returns ErrOwnCode, ErrPhoneTaken,
// ErrCode….
func (s *Service) BindPhone(ctx context.Context, userID, sessionID int64, phone, code, ownCode string) (User, error) {
	own, err := s.phoneOf(ctx, userID)
	if err != nil && !errors.Is(err, ErrNoPhone) {
		return User{}, err
	}
	if own != "" {
		if ownCode == "" {
			return User{}, ErrOwnCode
		}
		if err := s.useCode(ctx, own, ownCode); err != nil {
			return User{}, err
		}
	}
	if err := s.useCode(ctx, phone, code); err != nil {
		return User{}, err
	}
	u, err := s.bind(ctx, userID, phone)
	if err != nil || own == "" {
		return u, err
	}
	return u, s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qSessionRevokeAll, u.ID, sessionID, clock.MS(s.Clock))
		return err
	})
}

func (s *Service) bind(ctx context.Context, userID int64, phone string) (User, error) {
	var out User
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		me, err := s.user(ctx, tx, userID)
		if err != nil {
			return err
		}
		var owner User
		err = tx.Get(ctx, qUserByPhone, &owner, s.phoneHash(phone))
		switch {
		case errors.Is(err, db.ErrNone):
			if _, err := tx.Exec(ctx, qUserPhone, userID, s.phoneHash(phone), s.Box.Seal("phone", []byte(phone)), maskPhone(phone)); err != nil {
				return err
			}
		case err != nil:
			return err
		case owner.ID == me.ID:
		case me.PhoneHash != "":
			return ErrPhoneTaken
		default:
			if err := s.merge(ctx, tx, me.ID, owner.ID); err != nil {
				return err
			}
			userID = owner.ID
		}
		out, err = s.user(ctx, tx, userID)
		return err
	})
	return out, err
}

// merge makes one user of two: everything of from becomes to's.
func (s *Service) merge(ctx context.Context, tx *db.Tx, from, to int64) error {
	n, err := tx.Exec(ctx, qUserMerged, from, to)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrPhoneTaken
	}
	for _, q := range []*db.Stmt{qIdentityMove, qSessionMove} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, qConsentMove, subject(from), subject(to)); err != nil {
		return err
	}
	for _, f := range s.onMerge {
		if err := f(ctx, tx, from, to); err != nil {
			return err
		}
	}
	return nil
}

func subject(userID int64) string { return fmt.Sprintf("user:%d", userID) }
