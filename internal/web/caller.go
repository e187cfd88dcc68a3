package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"zhizhou/internal/errs"
	"zhizhou/internal/id"
)

// Errors that any route may return.
var (
	ErrSignIn    = errs.New(errs.Unauthenticated, "sign_in", "请先登录")
	ErrForbidden = errs.New(errs.Forbidden, "forbidden", "你没有做这件事的权限")
	ErrNotFound  = errs.New(errs.NotFound, "not_found", "没有找到")
	ErrTooOften  = errs.New(errs.Limited, "too_often", "操作太频繁，请稍后再试")
)

// The cookies of browsers: learner and console are apart, so that one cannot be
// taken for the other.
const (
	LearnerCookie = "zz_session"
	StaffCookie   = "zz_staff"
)

// Platform is where a learner is; prices and payment channels depend on it.
type Platform string

// The platforms.
const (
	MPiOS    Platform = "mp_ios"
	MPOther  Platform = "mp_android" // Android, HarmonyOS, Windows and Mac
	WeChatH5 Platform = "wechat_h5"
	H5       Platform = "h5"
	PC       Platform = "pc"
)

// Mini reports whether p is inside the mini program.
func (p Platform) Mini() bool { return p == MPiOS || p == MPOther }

var platformLabels = map[Platform]string{MPiOS: "小程序 iOS", MPOther: "小程序 安卓", WeChatH5: "微信内网页", H5: "手机浏览器", PC: "电脑网页"}

// Label names p as staff read it.
func (p Platform) Label() string {
	if label := platformLabels[p]; label != "" {
		return label
	}
	return string(p)
}

// Caller is what is known of the request's sender before and after sign-in.
type Caller struct {
	RequestID string
	Address   string // IP address, after trusted proxies
	Platform  Platform
	Device    string // a short name for the device list
	Bearer    string // the mini program's token
	header    http.Header
	User      User
	Staff     Staff
	cause     error // logged, never sent
	// What the gate knows of the request.
	network string
	paid    int
	gated   bool // an ordinary request of the API
	steady  bool // one that clients send by themselves
}

// User is the signed-in learner; ID 0 when nobody is.
type User struct {
	ID        int64
	SessionID int64
}

// Staff is the signed-in member of staff; ID 0 when nobody is.
type Staff struct {
	ID        int64
	SessionID int64
	Name      string
	Role      string
	// InstructorID limits an instructor to own courses; 0 for other roles.
	InstructorID int64
	// MFA tells that this session has passed the second factor.
	MFA bool
	// TOTPEnabled tells that the member has set one up.
	TOTPEnabled bool
	// NeedsMFA tells that the role must have one before it may do anything else.
	NeedsMFA bool
	Can      func(permission string) bool
}

type callerKey struct{}

// CallerOf returns the caller of the request of ctx; an empty one elsewhere.
func CallerOf(ctx context.Context) *Caller {
	if c, ok := ctx.Value(callerKey{}).(*Caller); ok {
		return c
	}
	return &Caller{}
}

// WithCaller is for jobs and tests that act as somebody.
func WithCaller(ctx context.Context, c *Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// UserID returns the signed-in learner's id, or 0.
func UserID(ctx context.Context) int64 { return CallerOf(ctx).User.ID }

// claims reports whether the request says that somebody is signed in.
func (c *Caller) claims() bool {
	return c.Bearer != "" || c.Cookie(LearnerCookie) != "" || c.Cookie(StaffCookie) != ""
}

// Cookie returns the value of a request cookie, or "".
func (c *Caller) Cookie(name string) string {
	r := http.Request{Header: c.header}
	if k, err := r.Cookie(name); err == nil {
		return k.Value
	}
	return ""
}

func newCaller(r *http.Request, trusted []netip.Prefix) *Caller {
	c := &Caller{RequestID: id.Token(8), Address: address(r, trusted), header: r.Header}
	if b, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.Bearer = b
	}
	c.Platform, c.Device = platform(r.Header.Get("User-Agent"), r.Header.Get("X-Client"), r.Header.Get("X-Os"))
	return c
}

// address takes X-Forwarded-For only from a trusted proxy, and of it the last
// entry that is not itself a trusted proxy: the rest is the sender's own claim.
func address(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if len(trusted) == 0 || !within(host, trusted) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
		if !within(hop, trusted) {
			break
		}
	}
	return host
}

func within(host string, nets []netip.Prefix) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, n := range nets {
		if n.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// platform is decided here and not by the client: the price may depend on it. A
// mini program is told by its client header, which only opens the channel that
// needs a mini program session anyway.
func platform(agent, client, os string) (Platform, string) {
	device := "电脑浏览器"
	switch {
	case strings.Contains(agent, "iPhone"):
		device = "iPhone"
	case strings.Contains(agent, "iPad"):
		device = "iPad"
	case strings.Contains(agent, "Android"):
		device = "安卓手机"
	case strings.Contains(agent, "Mac OS X"):
		device = "Mac"
	case strings.Contains(agent, "Windows"):
		device = "Windows 电脑"
	case strings.Contains(agent, "Linux"):
		device = "Linux 电脑"
	}
	phone := device == "iPhone" || device == "iPad" || device == "安卓手机"
	switch {
	case client == "mp-weixin" && os == "ios":
		return MPiOS, device + " · 小程序"
	case client == "mp-weixin":
		return MPOther, device + " · 小程序"
	case strings.Contains(agent, "MicroMessenger"):
		return WeChatH5, device + " · 微信"
	case phone:
		return H5, device + " · 浏览器"
	default:
		return PC, device
	}
}

// AddressHint blurs an address for the device list: enough to recognise, too
// little to trace.
func AddressHint(addr string) string {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return ""
	}
	bits := 16
	if a.Is6() {
		bits = 32
	}
	p, err := a.Unmap().Prefix(min(bits, a.Unmap().BitLen()))
	if err != nil {
		return ""
	}
	s, _, _ := strings.Cut(p.String(), "/")
	return strings.TrimSuffix(s, ".0.0") + ".*"
}
