// Package mail sends plain text mails through an SMTP server, always encrypted. It
// knows nothing of what they say, keeps nothing, and its errors name neither people
// nor passwords. It owns no table.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// The troubles of a mail. Their texts are safe to log and to show.
var (
	ErrOff     = errors.New("mail: no server is configured")
	ErrMessage = errors.New("mail: the address or the subject cannot be sent")
	ErrConnect = errors.New("mail: the server cannot be reached securely")
	ErrSignIn  = errors.New("mail: the server refuses the user or the password")
	ErrRefused = errors.New("mail: the server refuses the message")
)

// Ways to encrypt.
const (
	TLS      = "tls"      // from the first byte
	StartTLS = "starttls" // agreed first; without it nothing is sent
)

// Config is a server and who sends.
type Config struct {
	Host     string
	Port     int
	Security string // TLS or StartTLS
	User     string // "": no sign-in
	Password string
	From     string
	FromName string
	TLS      *tls.Config // nil: the system's roots
}

// Message is one mail to one person.
type Message struct {
	To      string
	Subject string
	Text    string
}

const timeout = 20 * time.Second

// Send sends one message. Returns ErrOff, ErrMessage, ErrConnect, ErrSignIn,
// ErrRefused.
func Send(ctx context.Context, cfg Config, m Message) error {
	if cfg.Host == "" {
		return ErrOff
	}
	msg, err := compose(cfg, m)
	if err != nil {
		return err
	}
	opts := []gomail.Option{gomail.WithPort(cfg.Port), gomail.WithTimeout(timeout), gomail.WithHELO("localhost")}
	if cfg.Security == StartTLS {
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	} else {
		opts = append(opts, gomail.WithSSL())
	}
	roots := &tls.Config{}
	if cfg.TLS != nil {
		roots = cfg.TLS.Clone()
	}
	roots.ServerName, roots.MinVersion = cfg.Host, tls.VersionTLS12
	opts = append(opts, gomail.WithTLSConfig(roots))
	if cfg.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(cfg.User), gomail.WithPassword(cfg.Password))
	}
	client, err := gomail.NewClient(cfg.Host, opts...)
	if err != nil {
		return ErrConnect
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return class(client.DialAndSendWithContext(ctx, msg))
}

// compose refuses what could reach beyond its header: line breaks end headers.
func compose(cfg Config, m Message) (*gomail.Msg, error) {
	for _, s := range []string{m.To, m.Subject, cfg.From, cfg.FromName} {
		if strings.ContainsFunc(s, unicode.IsControl) {
			return nil, ErrMessage
		}
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || m.Subject == "" {
		return nil, ErrMessage
	}
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(cfg.FromName, cfg.From); err != nil {
		return nil, ErrMessage
	}
	if err := msg.To(m.To); err != nil {
		return nil, ErrMessage
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageID()
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// class tells what went wrong without the server's words, which may name people.
func class(err error) error {
	var refused *gomail.SendError
	var answer *textproto.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return fmt.Errorf("%w (%s)", ErrRefused, refused.Reason)
	case errors.As(err, &answer) && answer.Code >= 530 && answer.Code < 540, errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		return ErrSignIn
	}
	return ErrConnect
}
