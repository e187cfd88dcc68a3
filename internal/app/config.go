package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"zhizhou/internal/web"
)

// Config is everything that is decided before the start. Business settings live in
// the database and are edited in the console.
type Config struct {
	Addr        string // listens here
	MetricsAddr string // Prometheus, apart from the public listener; "" switches it off
	PublicURL   string // what users type, without a slash at the end
	DataDir     string // database, media, keys, when nothing else is said
	DatabaseURL string // postgres://… or a file path
	BlobURL     string // s3://bucket?endpoint=… or a folder
	BlobAccess  string
	BlobSecret  string
	MasterKey   string // 32 bytes as hex or base64; else a file in DataDir
	NodeID      int    // 0–7, different for each process on one database
	Trusted     []netip.Prefix
	Sandbox     bool // the bundled outside world instead of the real one
	MaxDevices  int
	MaxPlays    int
	SegmentBase string // CDN origin for video segments
	LiveAddr    string // takes live streams (RTMP) here; "" switches live lessons off
	LiveURL     string // what encoders are told, rtmp://host:port/live; from LiveAddr when empty
	Limits      web.Limits

	WeChatPayURL  string
	WeChatURL     string
	WeChatOpenURL string
	AlipayURL     string // the gateway, with its path
	SMSURL        string
	SMSKey        string
}

// FromEnv reads the configuration from the environment. Each secret may also be
// given as a file: NAME_FILE.
func FromEnv() (Config, error) {
	e := env{}
	c := Config{
		Addr: e.text("ADDR", "127.0.0.1:8080"), MetricsAddr: e.maybe("METRICS_ADDR", "127.0.0.1:9464"), DataDir: e.text("DATA_DIR", "data"),
		DatabaseURL: e.secret("DATABASE_URL"), BlobURL: e.text("BLOB_URL", ""), BlobAccess: e.secret("BLOB_ACCESS_KEY"), BlobSecret: e.secret("BLOB_SECRET_KEY"),
		MasterKey: e.secret("MASTER_KEY"), NodeID: e.number("NODE_ID", 0), Sandbox: e.yes("SANDBOX"),
		MaxDevices: e.many("MAX_DEVICES", 5), MaxPlays: e.many("MAX_PLAYS", 2), SegmentBase: e.text("SEGMENT_BASE_URL", ""),
		LiveAddr: e.text("LIVE_ADDR", ""), LiveURL: e.text("LIVE_URL", ""),
		Limits:       web.Limits{Address: e.number("LIMIT_ADDRESS", 1200), Session: e.number("LIMIT_SESSION", 600), Plays: e.number("LIMIT_PLAYS", 200)},
		WeChatPayURL: e.text("WECHAT_PAY_BASE_URL", ""), WeChatURL: e.text("WECHAT_API_BASE_URL", ""), WeChatOpenURL: e.text("WECHAT_OPEN_BASE_URL", ""), AlipayURL: e.text("ALIPAY_GATEWAY_URL", ""),
		SMSURL: e.text("SMS_URL", ""), SMSKey: e.secret("SMS_KEY"),
	}
	c.PublicURL = e.text("PUBLIC_URL", "")
	for s := range strings.SplitSeq(e.text("TRUSTED_PROXIES", ""), ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			e.err = errors.Join(e.err, fmt.Errorf("TRUSTED_PROXIES: %q is not a network such as 10.0.0.0/8", s))
		}
		c.Trusted = append(c.Trusted, p)
	}
	return c, errors.Join(e.err, c.Complete())
}

// Complete fills defaults that depend on other fields and checks the rest.
func (c *Config) Complete() error {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("ADDR: %q is not host:port", c.Addr)
	}
	if c.PublicURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "127.0.0.1"
		}
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
		return fmt.Errorf("PUBLIC_URL: %q is not an address such as https://school.example", c.PublicURL)
	}
	c.PublicURL = u.Scheme + "://" + u.Host
	for name, n := range map[string]int{"LIMIT_ADDRESS": c.Limits.Address, "LIMIT_SESSION": c.Limits.Session, "LIMIT_PLAYS": c.Limits.Plays} {
		if n < 0 {
			return fmt.Errorf("%s: must be 0 (no limit) or more", name)
		}
	}
	if c.NodeID < 0 || c.NodeID > 7 {
		return errors.New("NODE_ID: must be 0–7")
	}
	if c.DatabaseURL == "" {
		c.DatabaseURL = filepath.Join(c.DataDir, "zhizhou.db")
	}
	if c.BlobURL == "" {
		c.BlobURL = filepath.Join(c.DataDir, "blob")
	}
	if c.Sandbox && (c.WeChatPayURL != "" || c.WeChatURL != "" || c.WeChatOpenURL != "" || c.AlipayURL != "" || c.SMSURL != "") {
		return errors.New("SANDBOX=1 cannot be used together with addresses of outside services")
	}
	return nil
}

// Exists reports whether the database is there already; one on a server is taken
// to be.
func (c Config) Exists() bool {
	if strings.Contains(c.DatabaseURL, "://") && !strings.HasPrefix(c.DatabaseURL, "sqlite://") {
		return true
	}
	_, err := os.Stat(strings.TrimPrefix(c.DatabaseURL, "sqlite://"))
	return err == nil
}

type env struct{ err error }

func (e *env) text(name, fallback string) string {
	if v := strings.TrimSpace(os.Getenv(name)); v != "" {
		return v
	}
	return fallback
}

// maybe is text for a value that an empty variable switches off.
func (e *env) maybe(name, fallback string) string {
	if v, set := os.LookupEnv(name); set {
		return strings.TrimSpace(v)
	}
	return fallback
}

func (e *env) secret(name string) string {
	file := os.Getenv(name + "_FILE")
	if file == "" {
		return e.text(name, "")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		e.err = errors.Join(e.err, fmt.Errorf("%s_FILE: %w", name, err))
	}
	return strings.TrimSpace(string(raw))
}

// yes reads a switch.
func (e *env) yes(name string) bool {
	v := e.text(name, "")
	on, err := strconv.ParseBool(v)
	if v != "" && err != nil {
		e.err = errors.Join(e.err, fmt.Errorf("%s: %q is neither 1 nor 0", name, v))
	}
	return on
}

// many is number for what must be 1 or more.
func (e *env) many(name string, fallback int) int {
	n := e.number(name, fallback)
	if n < 1 {
		e.err = errors.Join(e.err, fmt.Errorf("%s: must be 1 or more", name))
	}
	return n
}

func (e *env) number(name string, fallback int) int {
	v := e.text(name, "")
	if v == "" {
		return fallback
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		e.err = errors.Join(e.err, fmt.Errorf("%s: %q is not a number", name, v))
	}
	return n
}
