package console

import (
	"context"
	"errors"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/audit"
	"zhizhou/internal/commerce"
	"zhizhou/internal/learning"
	"zhizhou/internal/media"
	"zhizhou/internal/web"
)

// UserRow is a learner in the list.
type UserRow struct {
	ID          int64  `json:"id"`
	Nickname    string `json:"nickname"`
	AvatarURL   string `json:"avatar_url"`
	PhoneMasked string `json:"phone_masked"`
	CreatedAt   int64  `json:"created_at"`
}

// UserDetail is a learner with what staff may know.
type UserDetail struct {
	UserRow
	Identities []string     `json:"identities" nullable:"false"`
	Devices    []DeviceRow  `json:"devices" nullable:"false"`
	Courses    []UserCourse `json:"courses" nullable:"false"`
	Orders     []OrderRow   `json:"orders" nullable:"false"`
}

// DeviceRow is a signed-in device.
type DeviceRow struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Platform   string `json:"platform"`
	LastSeenAt int64  `json:"last_seen_at"`
}

// UserCourse is a course that a learner has.
type UserCourse struct {
	CourseID int64  `json:"course_id"`
	Title    string `json:"title"`
	UntilAt  int64  `json:"until_at"`
	Percent  int64  `json:"percent"`
}

func userRow(u account.UserRow) UserRow {
	return UserRow{u.ID, u.Nickname, media.ImageURL(u.Avatar), u.PhoneMasked, u.CreatedAt}
}

func (r *routes) users() {
	const tag = "console user"
	web.Handle(r.web, route("users", http.MethodGet, "users", "Learners, newest first", tag, account.PermUserRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Q string `query:"q" maxLength:"40" doc:"A whole phone number or part of a nickname"`
		},
		) (*web.Body[web.List[UserRow]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Account.Users(ctx, first(before), in.Q, in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, userRow, func(u account.UserRow) []int64 { return []int64{u.ID} })), nil
		})
	web.Handle(r.web, route("user", http.MethodGet, "users/{id}", "A learner", tag, account.PermUserRead), r.user)
	web.Handle(r.web, route("user_device_end", http.MethodDelete, "users/{id}/devices/{device_id}", "Sign a learner's device out", tag, account.PermUserEdit),
		func(ctx context.Context, in *struct {
			ByID
			DeviceID int64 `path:"device_id"`
		},
		) (*none, error) {
			return nil, r.Account.SignOut(ctx, in.ID, in.DeviceID)
		})
}

func (r *routes) user(ctx context.Context, in *ByID) (*web.Body[UserDetail], error) {
	u, err := r.Account.User(ctx, in.ID)
	if errors.Is(err, account.ErrSignIn) {
		return nil, web.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	v := UserDetail{
		UserRow:    userRow(account.UserRow{ID: u.ID, Nickname: u.Nickname, Avatar: u.Avatar, PhoneMasked: u.PhoneMasked, CreatedAt: u.CreatedAt}),
		Identities: []string{}, Devices: []DeviceRow{}, Courses: []UserCourse{}, Orders: []OrderRow{},
	}
	if u.PhoneHash != "" {
		v.Identities = append(v.Identities, "phone")
	}
	ids, err := r.Account.Identities(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for _, i := range ids {
		v.Identities = append(v.Identities, i.Kind)
	}
	devices, err := r.Account.Devices(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		v.Devices = append(v.Devices, DeviceRow{d.ID, d.DeviceName, d.Platform, d.LastSeenAt})
	}
	owned, err := r.Access.Courses(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	done, err := r.Learning.Summaries(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	want := make([]int64, len(owned))
	for i, o := range owned {
		want[i] = o.CourseID
	}
	byCourse, err := r.Catalog.Cards(ctx, "", u.ID, want)
	if err != nil {
		return nil, err
	}
	for _, o := range owned {
		c := byCourse[o.CourseID]
		until := o.UntilAt
		if o.Forever == 1 {
			until = 0
		}
		v.Courses = append(v.Courses, UserCourse{o.CourseID, c.Title, until, learning.CoursePercent(done[o.CourseID].Shares, c.LessonCount)})
	}
	orders, err := r.Commerce.Orders(ctx, commerce.Filter{UserID: u.ID}, 0, 20)
	for _, o := range orders {
		v.Orders = append(v.Orders, orderRow(o))
	}
	return web.Answer(v), err
}

// StaffView is a member of staff.
type StaffView struct {
	ID           int64  `json:"id"`
	Login        string `json:"login"`
	Name         string `json:"name"`
	Role         string `json:"role"`
	TOTPEnabled  bool   `json:"totp_enabled"`
	InstructorID int64  `json:"instructor_id"`
	Disabled     bool   `json:"disabled"`
	CreatedAt    int64  `json:"created_at"`
	LastLoginAt  int64  `json:"last_login_at"`
}

// AuditView is a row of the audit log.
type AuditView struct {
	ID        int64  `json:"id"`
	At        int64  `json:"at"`
	ActorName string `json:"actor_name"`
	ActorKind string `json:"actor_kind"`
	Action    string `json:"action"`
	Target    string `json:"target"`
	Before    string `json:"before" doc:"JSON or empty"`
	After     string `json:"after" doc:"JSON or empty"`
	Reason    string `json:"reason"`
	RequestID string `json:"request_id"`
	// What the target and the numbers in before and after are called.
	Names []NameView `json:"names" nullable:"false"`
}

// StaffName is a member of staff by name alone.
type StaffName struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (r *routes) staff() {
	const tag = "console staff"
	web.Handle(r.web, route("staff", http.MethodGet, "staff", "Members of staff", tag, account.PermStaffManage),
		func(ctx context.Context, _ *none) (*web.Body[web.List[StaffView]], error) {
			rows, err := r.Account.ListStaff(ctx)
			out := web.List[StaffView]{Items: []StaffView{}}
			for _, s := range rows {
				out.Items = append(out.Items, StaffView{s.ID, s.Login, s.Name, s.Role, s.TOTPEnabledAt > 0, s.InstructorID, s.DisabledAt > 0, s.CreatedAt, s.LastLoginAt})
			}
			return web.Answer(out), err
		})
	web.Handle(r.web, route("staff_create", http.MethodPost, "staff", "Add a member", tag, account.PermStaffManage),
		func(ctx context.Context, in *struct {
			Body struct {
				Login        string `json:"login" maxLength:"64"`
				Name         string `json:"name" maxLength:"60"`
				Role         string `json:"role" maxLength:"20"`
				Password     string `json:"password" maxLength:"256"`
				InstructorID int64  `json:"instructor_id,omitempty"`
			}
		},
		) (*web.Body[Made], error) {
			s, err := r.Account.CreateStaff(ctx, account.NewStaff{Login: in.Body.Login, Name: in.Body.Name, Role: in.Body.Role, Password: in.Body.Password, InstructorID: in.Body.InstructorID})
			return web.Answer(Made{s.ID}), err
		})
	web.Handle(r.web, quiet(route("staff_update", http.MethodPut, "staff/{id}", "Change a member; it is signed out everywhere", tag, account.PermStaffManage)),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Name         string `json:"name" maxLength:"60"`
				Role         string `json:"role" maxLength:"20"`
				InstructorID int64  `json:"instructor_id,omitempty"`
				Disabled     bool   `json:"disabled,omitempty"`
				ResetTOTP    bool   `json:"reset_totp,omitempty"`
				Password     string `json:"password,omitempty" maxLength:"256"`
			}
		},
		) (*none, error) {
			b := in.Body
			return nil, r.Account.UpdateStaff(ctx, in.ID, account.StaffChange{Name: b.Name, Role: b.Role, InstructorID: b.InstructorID, Disabled: b.Disabled, ResetTOTP: b.ResetTOTP, Password: b.Password})
		})
	web.Handle(r.web, route("audit", http.MethodGet, "audit", "What staff changed, newest first", tag, account.PermAuditRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Action  string `query:"action" maxLength:"80"`
			Target  string `query:"target" maxLength:"80" doc:"kind:number, as rows have it"`
			StaffID int64  `query:"staff_id" minimum:"0"`
			From    int64  `query:"from" minimum:"0" doc:"UTC ms, with it"`
			To      int64  `query:"to" minimum:"0" doc:"UTC ms, without it"`
		},
		) (*web.Body[web.List[AuditView]], error) {
			before, err := in.Keys(2)
			if err != nil {
				return nil, err
			}
			f := audit.Find{Action: in.Action, Target: in.Target, StaffID: in.StaffID, From: in.From, Until: in.To}
			if before != nil {
				f.BeforeAt, f.BeforeID = before[0], before[1]
			}
			rows, err := audit.List(ctx, r.Settings.DB, f, in.Limit+1)
			if err != nil {
				return nil, err
			}
			named, err := r.namesIn(ctx, rows)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(e audit.Entry) AuditView {
				return AuditView{e.ID, e.At, e.ActorName, e.ActorKind, e.Action, e.Target, e.Before, e.After, e.Reason, e.RequestID, named(e)}
			}, func(e audit.Entry) []int64 { return []int64{e.At, e.ID} })), nil
		})
	web.Handle(r.web, route("audit_staff", http.MethodGet, "audit/staff", "Whose changes can be looked for, those who left too", tag, account.PermAuditRead),
		func(ctx context.Context, _ *none) (*web.Body[web.List[StaffName]], error) {
			rows, err := r.Account.ListStaff(ctx)
			out := web.List[StaffName]{Items: []StaffName{}}
			for _, s := range rows {
				out.Items = append(out.Items, StaffName{s.ID, s.Name})
			}
			return web.Answer(out), err
		})
}
