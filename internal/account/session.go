package account

import (
	"context"
	"errors"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

const (
	sessionLife  = 30 * 24 * time.Hour
	sessionTouch = 10 * time.Minute // how often "last seen" is written
)

// Device is where somebody signs in.
type Device struct {
	Platform string
	Name     string // "iPhone · 微信"
	Address  string // used for limits; only AddressHint is stored
	Hint     string // blurred address for the device list
}

// Session is a fresh sign-in. Token is shown once and stored only as a hash.
type Session struct {
	Token string
	User  User
	IsNew bool
}

// SessionRow is a signed-in device in the list.
type SessionRow struct {
	ID          int64
	Platform    string
	DeviceName  string
	AddressHint string
	LastSeenAt  int64
}

// LoginSMS signs in by phone and code, and makes the user if there is none.
// Returns ErrPhone, ErrConsent, ErrCodeWrong, ErrCodeExpired.
func (s *Service) LoginSMS(ctx context.Context, phone, code string, consents []Consent, d Device) (Session, error) {
	if !mainland.MatchString(phone) {
		return Session{}, ErrPhone
	}
	who := "phone:" + s.phoneHash(phone)
	if err := s.acceptFirst(ctx, who, consents); err != nil {
		return Session{}, err
	}
	if err := s.take(ctx, ErrLoginOften, quota{"login-address:" + d.Address, 15 * time.Minute, 60}); err != nil {
		return Session{}, err
	}
	if err := s.useCode(ctx, phone, code); err != nil {
		return Session{}, err
	}
	return s.open(ctx, d, func(ctx context.Context, tx *db.Tx) (User, bool, error) {
		u, isNew, err := s.byPhone(ctx, tx, phone)
		if err != nil {
			return u, false, err
		}
		_, err = tx.Exec(ctx, qConsentMove, who, subject(u.ID))
		return u, isNew, err
	})
}

// LoginPassword signs in by phone and password; agreements that are new since the
// last time must be among consents. Returns ErrLogin, ErrLoginOften, ErrConsent.
func (s *Service) LoginPassword(ctx context.Context, phone, password string, consents []Consent, d Device) (Session, error) {
	hash := s.phoneHash(phone)
	try, err := s.tryPassword(ctx, "learner:"+hash, d.Address)
	if err != nil {
		return Session{}, err
	}
	var u User
	err = s.DB.Get(ctx, qUserByPhone, &u, hash)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return Session{}, err
	}
	if !s.checkPassword(u.PasswordHash, password) {
		return Session{}, ErrLogin
	}
	if err := s.acceptFirst(ctx, subject(u.ID), consents); err != nil {
		return Session{}, err
	}
	return s.open(ctx, d, func(ctx context.Context, tx *db.Tx) (User, bool, error) { return u, false, try.right(ctx, tx) })
}

// LoginMini signs in with a code of wx.login. Returns ErrConsent, ErrWeChat.
func (s *Service) LoginMini(ctx context.Context, code string, consents []Consent, d Device) (Session, error) {
	return s.loginWeChat(ctx, Mini, consents, d, func() (WeChatUser, error) { return s.WeChat.MiniLogin(ctx, code) })
}

// LoginOfficial signs in with a code of the official account's web page consent.
// Returns ErrConsent, ErrWeChat.
func (s *Service) LoginOfficial(ctx context.Context, code string, consents []Consent, d Device) (Session, error) {
	return s.loginWeChat(ctx, Official, consents, d, func() (WeChatUser, error) { return s.WeChat.OAuth(ctx, code) })
}

func (s *Service) loginWeChat(ctx context.Context, kind string, consents []Consent, d Device, ask func() (WeChatUser, error)) (Session, error) {
	if err := s.agreeable(ctx, consents); err != nil {
		return Session{}, err
	}
	if err := s.take(ctx, ErrLoginOften, quota{"login-address:" + d.Address, 15 * time.Minute, 60}); err != nil {
		return Session{}, err
	}
	wu, err := ask()
	if err != nil {
		return Session{}, wechatError(err)
	}
	wu.Nickname = nicknameFrom(wu.Nickname, s.shopName(ctx))
	return s.open(ctx, d, func(ctx context.Context, tx *db.Tx) (User, bool, error) {
		u, isNew, err := s.byWeChat(ctx, tx, kind, wu)
		if err != nil {
			return u, false, err
		}
		return u, isNew, s.record(ctx, tx, subject(u.ID), consents)
	})
}

// BindOfficial ties the WeChat of a code of the official account's consent to a user who is
// signed in. An account that has this WeChat and no phone becomes theirs. Returns
// ErrWeChatTaken when somebody with a phone has it, or the user has another one; ErrWeChat.
func (s *Service) BindOfficial(ctx context.Context, userID int64, code string) error {
	wu, err := s.WeChat.OAuth(ctx, code)
	if err != nil {
		return wechatError(err)
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		me, err := s.user(ctx, tx, userID)
		if err != nil {
			return err
		}
		var mine []Identity
		if err := tx.List(ctx, qIdentities, &mine, me.ID); err != nil {
			return err
		}
		for _, i := range mine {
			if i.Kind == Official && i.OpenID != wu.OpenID {
				return ErrWeChatTaken
			}
		}
		var has Identity
		err = tx.Get(ctx, qIdentity, &has, Official, wu.OpenID)
		if errors.Is(err, db.ErrNone) && wu.UnionID != "" {
			err = tx.Get(ctx, qIdentityUnion, &has, wu.UnionID)
		}
		if err != nil && !errors.Is(err, db.ErrNone) {
			return err
		}
		if err == nil && has.UserID != me.ID {
			other, err := s.user(ctx, tx, has.UserID)
			if err != nil {
				return err
			}
			if other.PhoneHash != "" {
				return ErrWeChatTaken
			}
			if err := s.merge(ctx, tx, other.ID, me.ID); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, qIdentityInsert, id.New(), me.ID, Official, wu.OpenID, wu.UnionID, nil, clock.MS(s.Clock))
		return err
	})
}

func wechatError(err error) error {
	var e *errs.E
	if errors.As(err, &e) {
		return err
	}
	var refusal interface{ Expired() bool }
	if errors.As(err, &refusal) && refusal.Expired() {
		return ErrWeChatCode
	}
	return ErrWeChat.With(err)
}

// agreeable refuses unless consents names every agreement in force.
func (s *Service) agreeable(ctx context.Context, consents []Consent) error {
	inForce, err := s.Agreements(ctx)
	if err != nil {
		return err
	}
	for _, a := range inForce {
		found := false
		for _, c := range consents {
			found = found || c == Consent{a.Kind, a.Version}
		}
		if !found {
			return ErrConsent
		}
	}
	return nil
}

// byWeChat finds the user by openid, then by unionid, else makes one.
func (s *Service) byWeChat(ctx context.Context, tx *db.Tx, kind string, wu WeChatUser) (User, bool, error) {
	var key []byte
	if wu.SessionKey != "" {
		key = s.Box.Seal("session-key", []byte(wu.SessionKey))
	}
	var found Identity
	err := tx.Get(ctx, qIdentity, &found, kind, wu.OpenID)
	if err == nil {
		if _, err := tx.Exec(ctx, qIdentityRefresh, kind, wu.OpenID, key, wu.UnionID); err != nil {
			return User{}, false, err
		}
		u, err := s.user(ctx, tx, found.UserID)
		return u, false, err
	}
	if !errors.Is(err, db.ErrNone) {
		return User{}, false, err
	}
	userID, isNew := int64(0), false
	if wu.UnionID != "" {
		err = tx.Get(ctx, qIdentityUnion, &found, wu.UnionID)
		if err == nil {
			userID = found.UserID
		} else if !errors.Is(err, db.ErrNone) {
			return User{}, false, err
		}
	}
	now := clock.MS(s.Clock)
	if userID == 0 {
		userID, isNew = id.New(), true
		if _, err := tx.Exec(ctx, qUserInsert, userID, wu.Nickname, "", nil, nil, "", now); err != nil {
			return User{}, false, err
		}
	}
	n, err := tx.Exec(ctx, qIdentityInsert, id.New(), userID, kind, wu.OpenID, wu.UnionID, key, now)
	if err != nil {
		return User{}, false, err
	}
	if n == 0 { // the same person signed in twice at once; the other was first
		return User{}, false, ErrWeChat
	}
	u, err := s.user(ctx, tx, userID)
	return u, isNew, err
}

// open makes a session for the user that find returns, in one transaction, and
// signs out the longest unused devices beyond the limit.
func (s *Service) open(ctx context.Context, d Device, find func(context.Context, *db.Tx) (User, bool, error)) (Session, error) {
	token := id.Token(32)
	var out Session
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, isNew, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if isNew {
			if err := s.joined(ctx, tx, u.ID); err != nil {
				return err
			}
		}
		now := clock.MS(s.Clock)
		if _, err := tx.Exec(ctx, qSessionInsert, id.New(), tokenHash(token), u.ID, d.Platform, d.Name, d.Hint,
			now, now+sessionLife.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qSessionTrim, u.ID, now, s.MaxDevices); err != nil {
			return err
		}
		out = Session{Token: token, User: u, IsNew: isNew}
		return nil
	})
	return out, err
}

// Who returns the user and session behind a token and slides its end.
// Returns ErrSignIn.
func (s *Service) Who(ctx context.Context, token string) (userID, sessionID int64, err error) {
	now := clock.MS(s.Clock)
	var row struct{ ID, UserID, LastSeenAt int64 }
	err = s.DB.Get(ctx, qSession, &row, tokenHash(token), now)
	if errors.Is(err, db.ErrNone) {
		return 0, 0, ErrSignIn
	}
	if err != nil {
		return 0, 0, err
	}
	if now-row.LastSeenAt > sessionTouch.Milliseconds() {
		err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qSessionSeen, row.ID, now, now+sessionLife.Milliseconds())
			return err
		})
	}
	return row.UserID, row.ID, err
}

var qSessionLive = db.Q("account/session_live", `SELECT COUNT(*) FROM sessions WHERE id = $1 AND user_id = $2 AND revoked_at = 0 AND expires_at > $3`)

// Live reports whether a session of the user is still signed in.
func (s *Service) Live(ctx context.Context, userID, sessionID int64) (bool, error) {
	var n int64
	err := s.DB.Get(ctx, qSessionLive, &n, sessionID, userID, clock.MS(s.Clock))
	return n > 0, err
}

// Devices lists where the user is signed in, last used first.
func (s *Service) Devices(ctx context.Context, userID int64) ([]SessionRow, error) {
	var rows []SessionRow
	err := s.DB.List(ctx, qSessions, &rows, userID, clock.MS(s.Clock))
	return rows, err
}

// SignOut ends one session of the user. Returns ErrDeviceGone.
func (s *Service) SignOut(ctx context.Context, userID, sessionID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, qSessionRevoke, sessionID, userID, clock.MS(s.Clock))
		if err == nil && n == 0 {
			return ErrDeviceGone
		}
		return err
	})
}

// BindMiniPhone proves the phone that the mini program's phone button gives.
// Returns ErrPhoneTaken, ErrWeChat.
func (s *Service) BindMiniPhone(ctx context.Context, userID int64, code string) (User, error) {
	phone, err := s.WeChat.MiniPhone(ctx, code)
	if err != nil {
		return User{}, wechatError(err)
	}
	if !mainland.MatchString(phone) {
		return User{}, ErrPhone.Say("目前只支持中国大陆手机号")
	}
	own, err := s.phoneOf(ctx, userID)
	if err != nil && !errors.Is(err, ErrNoPhone) {
		return User{}, err
	}
	if own != "" && own != phone {
		return User{}, ErrOwnCode // moving to another phone proves the old one: BindPhone
	}
	return s.bind(ctx, userID, phone)
}

// RefreshMini stores the newest session_key, which virtual payment signs with.
// Returns ErrWeChat.
func (s *Service) RefreshMini(ctx context.Context, userID int64, code string) error {
	wu, err := s.WeChat.MiniLogin(ctx, code)
	if err != nil {
		return wechatError(err)
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, _, err := s.byWeChat(ctx, tx, Mini, wu)
		if err == nil && u.ID != userID {
			return ErrSignIn.Say("微信账号已切换，请重新登录")
		}
		return err
	})
}

// Payer returns the user's openid with kind, and for the mini program the session
// key; both empty when the user has none.
func (s *Service) Payer(ctx context.Context, userID int64, kind string) (openid, sessionKey string, err error) {
	var row struct {
		OpenID     string `db:"openid"`
		SessionKey []byte
	}
	err = s.DB.Get(ctx, qIdentityKey, &row, userID, kind)
	if errors.Is(err, db.ErrNone) {
		return "", "", nil
	}
	if err != nil || len(row.SessionKey) == 0 {
		return row.OpenID, "", err
	}
	plain, err := s.Box.Open("session-key", row.SessionKey)
	return row.OpenID, string(plain), err
}

// Agreed returns ErrConsent while an agreement in force is not accepted by the user.
func (s *Service) Agreed(ctx context.Context, userID int64) error {
	list, err := s.ConsentsDue(ctx, userID)
	if err == nil && len(list) > 0 {
		return ErrConsent
	}
	return err
}
