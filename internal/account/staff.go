package account

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"zhizhou/internal/audit"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/id"
	"zhizhou/internal/text"
)

const (
	staffLife  = 12 * time.Hour // sliding; a working day
	staffTouch = 5 * time.Minute
)

// Staff is a member of staff.
type Staff struct {
	ID            int64
	Login         string
	Name          string
	Role          string
	PasswordHash  string `json:"-"`
	TOTPSealed    []byte `db:"totp_sealed" json:"-"`
	TOTPEnabledAt int64  `db:"totp_enabled_at"`
	TOTPLastStep  int64  `db:"totp_last_step" json:"-"`
	InstructorID  int64
	DisabledAt    int64
	CreatedAt     int64
	LastLoginAt   int64
}

// StaffSession is who a console token belongs to.
type StaffSession struct {
	SessionID     int64
	MFA           bool `db:"mfa"`
	LastSeenAt    int64
	ID            int64
	Name          string
	Role          string
	InstructorID  int64
	TOTPEnabledAt int64 `db:"totp_enabled_at"`
}

// NeedsMFA reports whether this session may do nothing before the second factor.
func (s StaffSession) NeedsMFA() bool { return MustUseTOTP(s.Role) || s.TOTPEnabledAt > 0 }

var loginName = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{2,63}$`)

// NewStaff is the input of CreateStaff.
type NewStaff struct {
	Login, Name, Role, Password string
	InstructorID                int64
}

// CreateStaff adds a member. Returns ErrStaffLogin, ErrPassword, or an Invalid
// error naming the field.
func (s *Service) CreateStaff(ctx context.Context, n NewStaff) (Staff, error) {
	n.Login = strings.ToLower(strings.TrimSpace(n.Login))
	invalid := errs.New(errs.Invalid, "staff_invalid", "请检查员工资料")
	switch {
	case !loginName.MatchString(n.Login):
		return Staff{}, invalid.Field("login", "3–64 位小写字母、数字或 . _ @ -")
	case text.Line(n.Name) == "":
		return Staff{}, invalid.Field("name", "请填写姓名")
	case roles[n.Role] == nil:
		return Staff{}, invalid.Field("role", "没有这个角色")
	case Scoped(n.Role) && n.InstructorID == 0:
		return Staff{}, invalid.Field("instructor_id", "请选择这位讲师")
	case !strongEnough(n.Password) || len(n.Password) < 10:
		return Staff{}, ErrPassword.Say("员工密码至少 10 位").Field("password", "至少 10 位")
	}
	st := Staff{ID: id.New(), Login: n.Login, Name: text.Line(n.Name), Role: n.Role, InstructorID: n.InstructorID, CreatedAt: clock.MS(s.Clock)}
	hash := s.hashPassword(n.Password)
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qStaffInsert, st.ID, st.Login, st.Name, st.Role, hash, st.InstructorID, st.CreatedAt); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "staff.create", target(st.ID), nil, st, "")
	})
	if db.IsUnique(err, "staff_login_key") {
		return Staff{}, ErrStaffLogin
	}
	return st, err
}

// ListStaff returns every member.
func (s *Service) ListStaff(ctx context.Context) ([]Staff, error) {
	var rows []Staff
	err := s.DB.List(ctx, qStaffList, &rows)
	return rows, err
}

// CountStaff tells whether anybody can sign in to the console yet.
func (s *Service) CountStaff(ctx context.Context) (int64, error) {
	var n int64
	err := s.DB.Get(ctx, qStaffCount, &n)
	return n, err
}

// ChangeStaffPassword lets a member of staff set a password of their own; every
// other session of theirs ends. Returns ErrPassword, and an
// Invalid error for a wrong old one.
func (s *Service) ChangeStaffPassword(ctx context.Context, staffID, sessionID int64, old, fresh string) error {
	if !strongEnough(fresh) || len(fresh) < 10 {
		return ErrPassword.Say("员工密码至少 10 位").Field("password", "至少 10 位")
	}
	if err := s.take(ctx, ErrLoginOften, quota{fmt.Sprintf("staff-password:%d", staffID), time.Hour, 10}); err != nil {
		return err
	}
	var hash string
	if err := s.DB.Get(ctx, qStaffHash, &hash, staffID); err != nil {
		return err
	}
	if !s.checkPassword(hash, old) {
		return errs.New(errs.Invalid, "old_password_wrong", "原密码不对").Field("old", "原密码不对")
	}
	hash = s.hashPassword(fresh)
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qStaffPassword, staffID, hash); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qStaffSessionsEnd, staffID, sessionID, clock.MS(s.Clock)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.Clock, "staff.password", target(staffID), nil, nil, "本人修改密码")
	})
}

// StaffChange is the input of UpdateStaff.
type StaffChange struct {
	Name, Role   string
	InstructorID int64
	Disabled     bool
	ResetTOTP    bool
	Password     string // "" keeps it
}

// UpdateStaff changes a member and signs it out everywhere, since its rights may
// have shrunk. Returns ErrStaffGone, ErrLastOwner, ErrPassword.
func (s *Service) UpdateStaff(ctx context.Context, staffID int64, c StaffChange) error {
	if c.Password != "" && (!strongEnough(c.Password) || len(c.Password) < 10) {
		return ErrPassword.Say("员工密码至少 10 位").Field("password", "至少 10 位")
	}
	if roles[c.Role] == nil || text.Line(c.Name) == "" {
		return errs.New(errs.Invalid, "staff_invalid", "请检查员工资料").Field("role", "请选择角色")
	}
	hash := ""
	if c.Password != "" {
		hash = s.hashPassword(c.Password)
	}
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var before Staff
		err := tx.Get(ctx, qStaff, &before, staffID)
		if errors.Is(err, db.ErrNone) {
			return ErrStaffGone
		}
		if err != nil {
			return err
		}
		now := clock.MS(s.Clock)
		after := before
		after.Name, after.Role, after.InstructorID = text.Line(c.Name), c.Role, c.InstructorID
		if after.DisabledAt = 0; c.Disabled {
			after.DisabledAt = now
		}
		if before.Role == "owner" && before.DisabledAt == 0 && (after.Role != "owner" || c.Disabled) {
			var others int64
			if err := tx.Get(ctx, qStaffOwners, &others, staffID); err != nil {
				return err
			}
			if others == 0 {
				return ErrLastOwner
			}
		}
		if _, err := tx.Exec(ctx, qStaffUpdate, staffID, after.Name, after.Role, after.InstructorID, after.DisabledAt); err != nil {
			return err
		}
		if hash != "" {
			if _, err := tx.Exec(ctx, qStaffPassword, staffID, hash); err != nil {
				return err
			}
		}
		if c.ResetTOTP {
			after.TOTPEnabledAt = 0
			for _, q := range []*db.Stmt{qStaffTOTPClear, qRecoveryClear} {
				if _, err := tx.Exec(ctx, q, staffID); err != nil {
					return err
				}
			}
		}
		if _, err := tx.Exec(ctx, qStaffSessionsEnd, staffID, 0, now); err != nil {
			return err
		}
		reason := ""
		if hash != "" {
			reason = "同时重设了密码"
		}
		return audit.Write(ctx, tx, s.Clock, "staff.update", target(staffID), before, after, reason)
	})
}

// StaffLogin checks login and password and opens a session that still lacks the
// second factor. It takes as long, and says the same, whether or not there is such
// an account. Returns ErrLogin, ErrLoginOften.
func (s *Service) StaffLogin(ctx context.Context, login, password string, d Device) (string, Staff, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	try, err := s.tryPassword(ctx, "staff:"+login, d.Address)
	if err != nil {
		return "", Staff{}, err
	}
	var st Staff
	err = s.DB.Get(ctx, qStaffByLogin, &st, login)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return "", Staff{}, err
	}
	if !s.checkPassword(st.PasswordHash, password) || st.DisabledAt > 0 {
		return "", Staff{}, ErrLogin
	}
	token := id.Token(32)
	now := clock.MS(s.Clock)
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qStaffSessionInsert, id.New(), tokenHash(token), st.ID, false, d.Hint, d.Name,
			now, now+staffLife.Milliseconds()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qStaffLoggedIn, st.ID, now); err != nil {
			return err
		}
		return try.right(ctx, tx)
	})
	return token, st, err
}

// WhoStaff returns the member behind a console token. Returns ErrSignIn.
func (s *Service) WhoStaff(ctx context.Context, token string) (StaffSession, error) {
	now := clock.MS(s.Clock)
	var row StaffSession
	err := s.DB.Get(ctx, qStaffSession, &row, tokenHash(token), now)
	if errors.Is(err, db.ErrNone) {
		return row, ErrSignIn
	}
	if err != nil {
		return row, err
	}
	if now-row.LastSeenAt > staffTouch.Milliseconds() {
		err = s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, qStaffSessionSeen, row.SessionID, now, now+staffLife.Milliseconds())
			return err
		})
	}
	return row, err
}

// StaffSignOut ends a console session.
func (s *Service) StaffSignOut(ctx context.Context, sessionID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, qStaffSessionRevoke, sessionID, clock.MS(s.Clock))
		return err
	})
}

func target(staffID int64) string { return "staff:" + itoa(staffID) }
