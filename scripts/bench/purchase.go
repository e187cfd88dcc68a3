package main

import (
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
	"zhizhou/internal/learning"
	payw "zhizhou/internal/pay/wechat"
)

const (
	mchID, appID = "1900000001", "wxbench0000000001"
	apiKey       = "0123456789abcdef0123456789abcdef"
	keyID        = "PUB_KEY_ID_0000000000000000000000000001"
	buyers       = 64
	perRound     = 4000
)

// wechat signs notifications as WeChat Pay does, and holds the parser that
// verifies them.
type wechat struct {
	key      *rsa.PrivateKey
	merchant *payw.Merchant
}

func newWechat() (*wechat, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	m, err := payw.New(payw.Config{
		MchID: mchID, OfficialAppID: appID, MiniAppID: appID, MerchantSerial: "0123456789ABCDEF0123456789ABCDEF01234567", APIv3Key: apiKey, Mode: payw.ModePublicKey, PublicKeyID: keyID,
		MerchantKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		PublicKeyPEM: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	})
	return &wechat{key, m}, err
}

type signed struct {
	header http.Header
	body   []byte
}

// notice is the signed and encrypted message for a paid number.
func (w *wechat) notice(outTradeNo string) (signed, error) {
	plain := fmt.Sprintf(`{"mchid":%q,"appid":%q,"out_trade_no":%q,"transaction_id":%q,"trade_type":"NATIVE","trade_state":"SUCCESS","success_time":%q,"payer":{"openid":"o"},"amount":{"total":16900,"payer_total":16900,"currency":"CNY","payer_currency":"CNY"}}`,
		mchID, appID, outTradeNo, "4200"+outTradeNo, time.Now().Format(time.RFC3339))
	block, err := aes.NewCipher([]byte(apiKey))
	if err != nil {
		return signed{}, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return signed{}, err
	}
	nonce := id.Token(6)
	body, err := json.Marshal(map[string]any{
		"id": id.Token(16), "create_time": time.Now().Format(time.RFC3339), "resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "summary": "支付成功",
		"resource": map[string]string{
			"original_type": "transaction", "algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "transaction",
			"ciphertext": base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), []byte(plain), []byte("transaction"))),
		},
	})
	if err != nil {
		return signed{}, err
	}
	stamp, rnd := fmt.Sprint(time.Now().Unix()), id.Token(16)
	sum := sha256.Sum256([]byte(stamp + "\n" + rnd + "\n" + string(body) + "\n"))
	sig, err := rsa.SignPKCS1v15(rand.Reader, w.key, crypto.SHA256, sum[:])
	return signed{http.Header{
		"Wechatpay-Timestamp": {stamp}, "Wechatpay-Nonce": {rnd}, "Wechatpay-Signature": {base64.StdEncoding.EncodeToString(sig)}, "Wechatpay-Serial": {keyID},
		"Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"},
	}, body}, err
}

// parallel runs fn for 0…n−1 by so many workers and returns the time it took.
func parallel(n, workers int, fn func(int) error) (time.Duration, error) {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || failed.Load() != nil {
					return
				}
				if err := fn(i); err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return 0, *e
	}
	return time.Since(start), nil
}

// purchases measures T3 and T4: 64 buyers place, pay, and their notifications are
// verified, kept, settled, granted and booked. Signing the notifications is the
// channel's work and stands between the two timed parts. The reference writes the
// same rows bare.
func purchases(ctx context.Context, engine, dsn string, bare func() (func(int) error, func(), error), target float64) error {
	h, err := build(ctx, dsn, rounds*perRound)
	if err != nil {
		return err
	}
	defer h.db.Close()
	ref, done, err := bare()
	if err != nil {
		return err
	}
	defer done()
	workers := 1
	if engine == "postgres" {
		workers = 16
	}
	var ours, theirs series
	for r := range rounds {
		took, err := h.round(ctx, r)
		if err != nil {
			return err
		}
		ours = append(ours, perRound/took.Seconds())
		n := perRound / 2
		took, err = parallel(n, workers, func(i int) error { return ref(r*perRound + i) })
		if err != nil {
			return err
		}
		theirs = append(theirs, float64(n)/took.Seconds())
	}
	name := map[string]string{"sqlite": "T3", "postgres": "T4"}[engine]
	ours.print(name+" purchases, "+engine, "purchases/s, durable, 64 buyers")
	theirs.print(name+" the same rows bare", "purchases/s, "+map[string]string{"sqlite": "one by one, synchronous=FULL", "postgres": "16 connections, batched"}[engine])
	verdict(name, ours, theirs, target)
	rows, err := commerce.Audit(ctx, h.db)
	if err == nil && len(rows) > 0 {
		err = fmt.Errorf("after the run the audit finds %v", rows[0])
	}
	return err
}

func (h *house) round(ctx context.Context, r int) (time.Duration, error) {
	numbers := make([]string, perRound)
	placing, err := parallel(perRound, buyers, func(i int) error {
		user := h.users[r*perRound+i]
		q, err := h.commerce.QuoteFor(ctx, commerce.Ask{UserID: user, Platform: "pc", Wants: []commerce.Want{{SKUID: h.sku, Quantity: 1}}})
		if err != nil {
			return err
		}
		o, err := h.commerce.Place(ctx, commerce.Place{UserID: user, Platform: "pc", IdempotencyKey: "bench-key", QuoteToken: q.Token, TermsConfirmed: true})
		if err != nil {
			return err
		}
		a, err := h.commerce.Pay(ctx, commerce.PayInput{UserID: user, OrderNo: o.No, Platform: "pc", ClientIP: "127.0.0.1"})
		numbers[i] = a.OutTradeNo
		return err
	})
	if err != nil {
		return 0, err
	}
	notices := make([]signed, perRound)
	if _, err := parallel(perRound, 2, func(i int) error { notices[i], err = h.wechat.notice(numbers[i]); return err }); err != nil {
		return 0, err
	}
	settling, err := parallel(perRound, buyers, func(i int) error {
		n, err := h.wechat.merchant.ParseNotify(notices[i].header, notices[i].body)
		if err != nil {
			return err
		}
		return h.commerce.Receive(ctx, commerce.Notice{Channel: "wechatpay", Notice: n})
	})
	return placing + settling, err
}

// The rows of one purchase, bare: three transactions as the shop makes them.
var bareSteps = [][]string{
	{
		`INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, total_fen, quote, terms_at, created_at, expires_at) VALUES ($1, 'N' || CAST($1 AS TEXT), 1, 'k' || CAST($1 AS TEXT), 'h', 'pending', 'pc', 16900, '{"sku_id":1,"course_title":"课程","lines":[]}', 1, 1, 1)`,
		`INSERT INTO order_items (id, order_id, sku_id, product_id, kind, course_id, title, sku_name, list_fen, discount_fen, price_fen, period_days, tax_category, tax_rate_bps, refund_days, refund_max_watched_percent) VALUES ($1, $1, 1, 1, 'course', 1, '课程', '长期', 16900, 0, 16900, 0, 'd', 600, 7, 20)`,
	},
	{
		`INSERT INTO payments (id, order_id, channel, out_trade_no, amount_fen, mch_id, app_id, status, created_at, expires_at, check_at) VALUES ($1, $1, 'wechat_native', 'P' || CAST($1 AS TEXT), 16900, 'm', 'a', 'created', 1, 1, 1)`,
	},
	{
		`INSERT INTO inbox (id, channel, event_id, event_type, payload, received_at) VALUES ($1, 'wechatpay', 'E' || CAST($1 AS TEXT), 'T', '0123456789012345678901234567890123456789', 1)`,
		`UPDATE payments SET status = 'paid', outcome = 'settled', transaction_id = 'T' || CAST($1 AS TEXT), paid_at = 1 WHERE id = $1`,
		`UPDATE orders SET status = 'paid', paid_fen = 16900, paid_at = 1 WHERE id = $1`,
		`UPDATE orders SET delivered_at = 1 WHERE id = $1`,
		`INSERT INTO ledger_transactions (id, kind, ref_kind, ref_id, at) VALUES ($1, 'settle', 'payment', $1, 1)`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) VALUES ($1, $1, 'clearing:wechat_native', 16900, 0, $1, 1), (-$1, $1, 'revenue:course', 0, 15943, $1, 1), (-100000000 - $1, $1, 'tax:600', 0, 957, $1, 1)`,
		`INSERT INTO grants (id, user_id, resource_kind, resource_id, source_kind, source_id, starts_at, created_at) VALUES ($1, 1, 'course', 1, 'order_item', $1, 1, 1)`,
	},
}

// bareSQLite prepares the reference: the same schema, one writer, each of the
// three transactions with a durable commit of its own.
func bareSQLite(ctx context.Context, path string) (func(int) error, func(), error) {
	d, err := db.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	pool := d.SQL()
	if _, err := pool.ExecContext(ctx, `INSERT INTO users (id, nickname, created_at) VALUES (1, 'x', 0)`); err != nil {
		return nil, nil, err
	}
	steps := make([][]*sql.Stmt, len(bareSteps))
	for i, texts := range bareSteps {
		for _, text := range texts {
			st, err := pool.PrepareContext(ctx, text)
			if err != nil {
				return nil, nil, err
			}
			steps[i] = append(steps[i], st)
		}
	}
	return func(i int) error {
		for _, step := range steps {
			tx, err := pool.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			for _, st := range step {
				if _, err := tx.StmtContext(ctx, st).ExecContext(ctx, i+1); err != nil {
					return err
				}
			}
			if err := tx.Commit(); err != nil {
				return err
			}
		}
		return nil
	}, d.Close, nil
}

// barePostgres prepares the reference on the same server: each transaction is one
// batch, one round trip.
func barePostgres(ctx context.Context, url string) (func(int) error, func(), error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, nil, err
	}
	cfg.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	if _, err := pool.Exec(ctx, `INSERT INTO users (id, nickname, created_at) VALUES (1, 'x', 0) ON CONFLICT DO NOTHING`); err != nil {
		return nil, nil, err
	}
	return func(i int) error {
		for _, step := range bareSteps {
			b := &pgx.Batch{}
			b.Queue("BEGIN")
			for _, text := range step {
				b.Queue(strings.ReplaceAll(text, "$1", "CAST($1 AS BIGINT)"), int64(i+1)) // typed, or the server deduces text here and bigint there
			}
			b.Queue("COMMIT")
			if err := pool.SendBatch(ctx, b).Close(); err != nil {
				return err
			}
		}
		return nil
	}, pool.Close, nil
}

// heartbeats measures T7: learners report what they watched, durably.
func heartbeats(ctx context.Context, path, barePath string) error {
	const learners = 256
	h, err := build(ctx, path, learners)
	if err != nil {
		return err
	}
	defer h.db.Close()
	for i, u := range h.users {
		if err := h.learning.Begin(ctx, int64(i+1), u, h.lesson); err != nil {
			return err
		}
	}
	d, err := db.Open(ctx, barePath)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := seedBare(ctx, d); err != nil {
		return err
	}
	var ours, theirs series
	seq := make([]int64, learners)
	for range rounds {
		const n = 20_000
		took, err := parallel(n, 64, func(i int) error {
			u := i % learners
			s := atomic.AddInt64(&seq[u], 1)
			_, err := h.learning.Watch(ctx, int64(u+1), h.users[u], catalog.Lesson{ID: h.lesson.ID, CourseID: h.lesson.CourseID, Form: catalog.Video, DurationMS: 3_600_000},
				learning.Beat{Seq: s, FromMS: s * 10, ToMS: s*10 + 10, PositionMS: s * 10})
			return err
		})
		if err != nil {
			return err
		}
		ours = append(ours, n/took.Seconds())
		took, err = parallel(n/5, 1, func(i int) error { return bareBeat(ctx, d.SQL(), i) })
		if err != nil {
			return err
		}
		theirs = append(theirs, n/5/took.Seconds())
	}
	ours.print("T7 heartbeats", "beats/s, durable, 64 at once")
	theirs.print("T7 the same rows bare", "beats/s, one by one, synchronous=FULL")
	verdict("T7", ours, theirs, 5)
	return nil
}

func seedBare(ctx context.Context, d *db.DB) error {
	for _, text := range []string{
		`INSERT INTO users (id, nickname, created_at) VALUES (1, 'x', 0)`,
		`INSERT INTO courses (id, title, status, preview_token, created_at, updated_at) VALUES (1, 'c', 'draft', 't', 0, 0)`,
		`INSERT INTO chapters (id, course_id, title, position) VALUES (1, 1, 'c', 1)`,
		`INSERT INTO lessons (id, course_id, chapter_id, title, form, position) VALUES (1, 1, 1, 'l', 'video', 1)`,
		`INSERT INTO lesson_progress (user_id, lesson_id, course_id, started_at, studied_at) VALUES (1, 1, 1, 0, 0)`,
		`INSERT INTO study_sessions (id, user_id, lesson_id, course_id, started_at, last_at) VALUES (1, 1, 1, 1, 0, 0)`,
		`INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) VALUES (1, 1, 1, 0)`,
	} {
		if _, err := d.SQL().ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func bareBeat(ctx context.Context, pool *sql.DB, i int) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, text := range []string{
		`UPDATE lesson_progress SET position_ms = $1, covered_ms = $1, spans = '0-1000', studied_at = $1 WHERE user_id = 1 AND lesson_id = 1`,
		`UPDATE study_sessions SET last_at = $1, last_seq = $1, claimed_ms = $1 WHERE id = 1`,
		`UPDATE lesson_days SET studied_ms = $1 WHERE user_id = 1`,
	} {
		if _, err := tx.ExecContext(ctx, text, i); err != nil {
			return err
		}
	}
	return tx.Commit()
}
