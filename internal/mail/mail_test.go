package mail_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"math/big"
	"mime"
	"net"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/mail"
)

// server is a real SMTP server on this machine, with a certificate of its own.
type server struct {
	port  int
	roots *x509.CertPool
	tls   *tls.Config
	plain bool // no encryption is offered
	refusesRcpt,
	refusesUser bool
	got chan string
}

func serve(t *testing.T, implicit bool) *server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, DNSNames: []string{"localhost"}}
	raw, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{roots: x509.NewCertPool(), got: make(chan string, 10), tls: &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}}
	s.roots.AddCert(parsed)
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s.port = l.Addr().(*net.TCPAddr).Port
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if implicit {
				c = tls.Server(c, s.tls)
			}
			go s.talk(c, implicit)
		}
	}()
	return s
}

func (s *server) talk(c net.Conn, secure bool) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	say("220 localhost ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch verb {
		case "EHLO":
			say("250-localhost")
			if !secure && !s.plain {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, s.tls)
			r, secure = bufio.NewReader(c), true
		case "AUTH":
			if s.refusesUser {
				say("535 auth: no such user secret@example.com")
			} else {
				say("235 welcome")
			}
		case "RCPT":
			if s.refusesRcpt {
				say("550 no mailbox for secret@example.com")
			} else {
				say("250 ok")
			}
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil || l == ".\r\n" {
					break
				}
				b.WriteString(l)
			}
			s.got <- b.String()
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) config(security string) mail.Config {
	return mail.Config{Host: "localhost", Port: s.port, Security: security, User: "finance", Password: "p", From: "school@example.com", FromName: "知舟", TLS: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}}
}

var letter = mail.Message{To: "buyer@example.com", Subject: "发票已开好", Text: "号码 26442000000000000016\n.\n再见"}

// Both ways of encrypting carry subject and text as they were written.
func TestSend(t *testing.T) {
	for _, security := range []string{mail.TLS, mail.StartTLS} {
		s := serve(t, security == mail.TLS)
		if err := mail.Send(context.Background(), s.config(security), letter); err != nil {
			t.Fatal(security, err)
		}
		raw := <-s.got
		head, body, _ := strings.Cut(raw, "\r\n\r\n")
		words := new(mime.WordDecoder)
		plain, err := words.DecodeHeader(head)
		text, err2 := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\r\n", ""))
		if err != nil || err2 != nil || !strings.Contains(plain, "Subject: 发票已开好") || !strings.Contains(plain, "<buyer@example.com>") || strings.ReplaceAll(string(text), "\r\n", "\n") != letter.Text {
			t.Fatalf("%s\n%q %v %v", plain, text, err, err2)
		}
	}
}

// Nothing is sent in the open, to a stranger's certificate, or with a header that
// reaches into the next one; and what the server says about people is not repeated.
func TestSendRefuses(t *testing.T) {
	good := serve(t, true)
	open := serve(t, false)
	open.plain = true
	nobody := serve(t, true)
	nobody.refusesRcpt = true
	user := serve(t, true)
	user.refusesUser = true
	strange := good.config(mail.TLS)
	strange.TLS = nil
	dead := good.config(mail.TLS)
	dead.Port = 1
	bcc := letter
	bcc.Subject = "发票\r\nBcc: everybody@example.com"
	two := letter
	two.To = "a@example.com, b@example.com"
	for name, c := range map[string]struct {
		cfg  mail.Config
		m    mail.Message
		want error
	}{
		"off": {mail.Config{}, letter, mail.ErrOff}, "in the open": {open.config(mail.StartTLS), letter, mail.ErrConnect}, "stranger": {strange, letter, mail.ErrConnect}, "dead": {dead, letter, mail.ErrConnect},
		"header": {good.config(mail.TLS), bcc, mail.ErrMessage}, "two": {good.config(mail.TLS), two, mail.ErrMessage}, "nobody": {nobody.config(mail.TLS), letter, mail.ErrRefused}, "user": {user.config(mail.TLS), letter, mail.ErrSignIn},
	} {
		err := mail.Send(context.Background(), c.cfg, c.m)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s repeats the server: %v", name, err)
		}
	}
	for _, s := range []*server{good, open, nobody, user} {
		if len(s.got) > 0 {
			t.Errorf("sent: %s", <-s.got)
		}
	}
}
