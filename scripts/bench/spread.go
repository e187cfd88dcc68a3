package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"zhizhou/internal/app"
	"zhizhou/internal/audit"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/growth"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
)

// A school of a hundred thousand learners: each studied on ten days of four weeks, half
// have a card, each shared twice, a third registered by a share; all of them are in one
// class, which a school cannot have, so that its boards are as long as they can be.
const (
	spreadLearners = 100_000
	spreadFirst    = 6_000_000_000 // id of the first one
	spreadChain    = 1_000         // shares, each by somebody who came by the one before
	spreadAsks     = 200
	spreadActs     = 4_000 // of a round
)

// spreadRows make it in bulk: $1 is how many, $2 now, $3 the class, $4 the Monday of the
// week and $5 today, as numbers of days one after another.
func spreadRows(e db.Engine) []string {
	const n = `WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS BIGINT)), p (now, class, week, today) AS (SELECT CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)) `
	const who = `6000000000 + i`
	// The local day so many days ago: within the months that four weeks touch.
	const at = `(now + 28800000) / 1000 - 86400 * (1 + (i * 7 + k * 3) % 28)`
	day := `CAST(strftime('%Y%m%d', ` + at + `, 'unixepoch') AS INTEGER)`
	if e == db.Postgres {
		day = `CAST(to_char(to_timestamp(` + at + `) AT TIME ZONE 'UTC', 'YYYYMMDD') AS BIGINT)`
	}
	return []string{
		`INSERT INTO certificate_keys (id, public, private_sealed, active, created_at) ` + n + `SELECT 1, '', '', FALSE, now FROM n, p WHERE i = 1 ON CONFLICT DO NOTHING`,
		`INSERT INTO users (id, nickname, created_at) ` + n + `SELECT ` + who + `, '学员', now - 86400000 * (i % 40) FROM n, p`,
		`INSERT INTO lesson_days (user_id, day, lesson_id, studied_ms) ` + n + `, d (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM d WHERE k < 9) SELECT ` + who + `, ` + day + `, 1, 600000 FROM n, d, p WHERE i > 0 ON CONFLICT DO NOTHING`,
		`INSERT INTO cards (id, code, user_id, kind, ref, facts, signature, key_id, nickname, shown, issued_at) ` + n + `SELECT ` + who + `, 'B' || i, ` + who + `, 'hours', 'hours:1', '{}', '', (SELECT MIN(id) FROM certificate_keys), '', 'hidden', now - 86400000 * (i % 60) FROM n, p WHERE i % 2 = 0`,
		`INSERT INTO shares (id, code, user_id, kind, title, channel, parent_id, depth, request, day, created_at) ` + n + `SELECT ` + who + `, 'A' || i, ` + who + `, 'school', '学校', 'link', CASE WHEN i > 1 AND i <= 1000 THEN 6000000000 + i - 1 ELSE 0 END, CASE WHEN i <= 1000 THEN i ELSE 1 END, 'a', 0, now - 86400000 * (i % 30) FROM n, p`,
		`INSERT INTO shares (id, code, user_id, kind, title, channel, depth, request, day, created_at) ` + n + `SELECT 6100000000 + i, 'C' || i, CASE WHEN i <= 2000 THEN 6000000001 ELSE ` + who + ` END, 'school', '学校', 'link', 1, 'b' || i, 0, now - 86400000 * (i % 30) FROM n, p`,
		`INSERT INTO share_visits (id, share_id, visitor, user_id, first_at, last_at) ` + n + `, d (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM d WHERE k < 3) SELECT 6000000000 + i * 4 + k, ` + who + `, 'v' || i || '-' || k, CASE WHEN k = 1 THEN 6000000000 + i % $1 + 1 ELSE 0 END, now - 86400000 * (i % 30), now - 86400000 * (i % 30) FROM n, d, p`,
		`INSERT INTO share_joins (user_id, share_id, first_share_id, touches, joined_at) ` + n + `SELECT 6000000000 + i % $1 + 1, ` + who + `, ` + who + `, 1, now - 86400000 * (i % 30) FROM n, p WHERE i % 3 = 0`,
		`INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, quote, terms_at, created_at, expires_at, paid_at, paid_fen, delivered_at) ` + n +
			`SELECT ` + who + `, 'SPREAD' || i, ` + who + `, 'past', 'h', 'paid', 'pc', 16900, 16900, '{}', now, now, now, now - 86400000 * (i % 30), 16900, now FROM n, p`,
		`INSERT INTO order_items (id, order_id, sku_id, product_id, kind, course_id, title, sku_name, list_fen, discount_fen, price_fen, period_days, tax_category, tax_rate_bps, refund_days, refund_max_watched_percent) ` + n +
			`SELECT ` + who + `, ` + who + `, 1, 1, 'course', 1, '课程', '长期', 16900, 0, 16900, 0, 'd', 600, 7, 20 FROM n, p`,
		`INSERT INTO challenge_squads (id, class_id, name, code, invited, size, created_at) ` + n + `SELECT 6000000000 + i, class, '小组', 'Q' || i, FALSE, 8, now FROM n, p WHERE i <= $1 / 8`,
		`INSERT INTO challenge_members (id, class_id, user_id, squad_id, state, starts, since, level, hours, total, score, last, joined_at) ` + n + `SELECT ` + who + `, class, ` + who + `, 6000000001 + i % ($1 / 8), 'in', today - 14, today - 14, 0, 0, 5, 1 + (i * 7919) % 500, today - 1, now - 86400000 * 14 FROM n, p`,
		`INSERT INTO challenge_weeks (member_id, week, class_id, check_ins, score) ` + n + `SELECT ` + who + `, week, class, 3, 1 + (i * 104729) % 90 FROM n, p`,
	}
}

// spread is the school with every service wired as in production.
type spread struct {
	*app.App
	class int64
	small int64 // a class as large as a school may make it
}

func newSpread(ctx context.Context, dir, url string) (*spread, error) {
	cfg := app.Config{Addr: "127.0.0.1:0", DataDir: dir, DatabaseURL: url, PublicURL: "http://127.0.0.1:1", Sandbox: true, MaxDevices: 3, MaxPlays: 2}
	if err := cfg.Complete(); err != nil {
		return nil, err
	}
	a, err := app.New(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	s := &spread{App: a}
	if _, err := a.Welcome(ctx, false); err != nil {
		return nil, err
	}
	p := challenge.Plan{Days: 28, Points: 5, Tasks: []challenge.Task{{Kind: challenge.Words, Title: "写一段"}}, Marks: []challenge.Mark{{Day: 28, Need: 20, Title: "到岸"}}}
	of, err := a.Challenge.Save(ctx, 0, challenge.Challenge{Title: "挑战", Plan: p})
	if err != nil {
		return nil, err
	}
	c, err := a.Challenge.OpenClass(ctx, 0, challenge.Class{ChallengeID: of.ID, Title: "班", Mode: challenge.Rolling, Capacity: 5000, Admits: challenge.Anyone, ShareWeekday: 7})
	if err != nil {
		return nil, err
	}
	s.class = c.ID
	if c, err = a.Challenge.OpenClass(ctx, 0, challenge.Class{ChallengeID: of.ID, Title: "小班", Mode: challenge.Rolling, Capacity: 5000, Admits: challenge.Anyone, ShareWeekday: 7}); err != nil {
		return nil, err
	}
	s.small = c.ID
	today := challenge.Ordinal(time.Now())
	for _, text := range spreadRows(a.DB.Engine) {
		if _, err := a.DB.SQL().ExecContext(ctx, text, spreadLearners, time.Now().UnixMilli(), s.class, today-(today+3)%7, today); err != nil {
			return nil, fmt.Errorf("%w: %.80s", err, text)
		}
	}
	for _, text := range []string{
		`INSERT INTO challenge_squads (id, class_id, name, code, invited, size, created_at) SELECT id + 1000000, CAST($1 AS BIGINT), name, 'S' || code, FALSE, 8, created_at FROM challenge_squads WHERE class_id = $2 AND id <= 6000000625`,
		`INSERT INTO challenge_members (id, class_id, user_id, squad_id, state, starts, since, level, hours, total, score, last, joined_at) SELECT id + 1000000, CAST($1 AS BIGINT), user_id, 6001000001 + id % 625, state, starts, since, level, hours, total, score, last, joined_at FROM challenge_members WHERE class_id = $2 AND id <= 6000005000`,
		`INSERT INTO challenge_weeks (member_id, week, class_id, check_ins, score) SELECT member_id + 1000000, week, CAST($1 AS BIGINT), check_ins, score FROM challenge_weeks WHERE class_id = $2 AND member_id <= 6000005000`,
	} {
		if _, err := a.DB.SQL().ExecContext(ctx, text, s.small, s.class); err != nil {
			return nil, fmt.Errorf("%w: %.80s", err, text)
		}
	}
	if _, err := a.DB.SQL().ExecContext(ctx, "ANALYZE"); err != nil {
		return nil, err
	}
	if err := a.Settings.Save(ctx, &setting.SignIn{Points: 5, Bonus: 20, MakeUps: 2}, 0, nil); err != nil {
		return nil, err
	}
	t, err := a.Commission.Terms(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Commission.SaveTerms(ctx, commission.Terms{Version: t.Version, Enabled: true, CapBPS: 3000, HoldDays: 15, MinFen: 100}); err != nil {
		return nil, err
	}
	r, err := a.Commission.SaveRule(ctx, commission.Rule{Name: "一级", Level: 1, Scope: "all", RateBPS: 1000})
	if err != nil {
		return nil, err
	}
	return s, a.Commission.SwitchRule(ctx, r, true)
}

func learner(i int) int64 { return spreadFirst + 1 + int64(i%spreadLearners) }

// asked times so many reads one after another.
func asked(name string, n int, ask func(i int) error) error {
	times := make([]time.Duration, 0, n)
	for i := range n {
		begin := time.Now()
		if err := ask(i); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		times = append(times, time.Since(begin))
	}
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%-44s p50 %8.2f ms, p99 %8.2f ms\n", name, ms(times[len(times)/2]), ms(times[len(times)*99/100]))
	return nil
}

// acted measures a write path of 64 people at once beside its rows, bare, one by one;
// without bare alone.
func acted(ctx context.Context, bare *db.DB, name string, act func(i int) error, rows []string) error {
	var ours, theirs series
	done, wrote := 0, 0
	for range rounds {
		took, err := parallel(spreadActs, 64, func(i int) error { return act(done + i) })
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		done += spreadActs
		ours = append(ours, spreadActs/took.Seconds())
		if bare == nil {
			continue
		}
		const n = spreadActs / 8
		took, err = parallel(n, 1, func(i int) error {
			tx, err := bare.SQL().BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			for _, text := range rows {
				if _, err := tx.ExecContext(ctx, text, 1_000+wrote+i); err != nil {
					_ = tx.Rollback()
					return fmt.Errorf("bare: %w: %s", err, text)
				}
			}
			return tx.Commit()
		})
		if err != nil {
			return err
		}
		wrote += n
		theirs = append(theirs, n/took.Seconds())
	}
	ours.print(name, "a second, durable, 64 at once")
	if bare == nil {
		return nil
	}
	theirs.print("  the same rows bare", "a second, one by one, synchronous=FULL")
	fmt.Printf("%-34s %12.2f\n\n", "  ratio of medians", ours.median()/theirs.median())
	return nil
}

// spreading measures boards, the graph of shares, the growth page and what gives rewards,
// at a hundred thousand learners.
func spreading(ctx context.Context, dir, url string) error {
	ctx = audit.WithActor(ctx, audit.Actor{Kind: "system", Name: "bench"})
	begin := time.Now()
	s, err := newSpread(ctx, filepath.Join(dir, "spread"), url)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Printf("%s: %d learners made in %.0f s\n", s.DB.Engine, spreadLearners, time.Since(begin).Seconds())
	if err := s.reads(ctx); err != nil {
		return err
	}
	if s.DB.Engine == db.Postgres {
		return s.writes(ctx, nil)
	}
	bare, err := bareSpread(ctx, filepath.Join(dir, "spreadbare.db"))
	if err != nil {
		return err
	}
	defer bare.Close()
	return s.writes(ctx, bare)
}

func (s *spread) reads(ctx context.Context) error {
	for _, x := range []struct {
		name   string
		class  int64
		weekly bool
	}{{"GROWTH board of a class of 5,000", s.small, false}, {"GROWTH board of its week", s.small, true}, {"GROWTH board of a class of 10^5", s.class, false}, {"GROWTH board of its week", s.class, true}} {
		if err := asked(x.name, spreadAsks/4, func(i int) error {
			b, err := s.Challenge.Board(ctx, learner(i*7), x.class, x.weekly)
			if err == nil && (len(b.Rows) != 50 || b.Own.Place == 0) {
				err = fmt.Errorf("%d rows, own place %d", len(b.Rows), b.Own.Place)
			}
			return err
		}); err != nil {
			return err
		}
	}
	if err := asked("GROWTH bare: first 50 by score", spreadAsks/4, func(int) error {
		rows, err := s.DB.SQL().QueryContext(ctx, `SELECT id, score FROM challenge_members WHERE class_id = $1 ORDER BY score DESC, id LIMIT 50`, s.class)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
		}
		return rows.Err()
	}); err != nil {
		return err
	}
	if err := asked(fmt.Sprintf("GROWTH path of a chain of %d shares", spreadChain), spreadAsks, func(int) error {
		up, _, _, err := s.Share.Path(ctx, spreadFirst+spreadChain)
		if err == nil && len(up) == 0 {
			err = fmt.Errorf("nothing led to it")
		}
		return err
	}); err != nil {
		return err
	}
	if err := asked("GROWTH own shares, of 2,000", spreadAsks, func(int) error {
		rows, err := s.Share.Mine(ctx, spreadFirst+1, 0, 21)
		if err == nil && len(rows) != 21 {
			err = fmt.Errorf("%d shares", len(rows))
		}
		return err
	}); err != nil {
		return err
	}
	if err := asked("GROWTH all shares, first page", spreadAsks, func(int) error {
		_, err := s.Share.All(ctx, share.Sift{}, 0, 21)
		return err
	}); err != nil {
		return err
	}
	return s.page(ctx)
}

// page times what the growth page asks, and names what takes longest.
func (s *spread) page(ctx context.Context) error {
	g := growth.New(s.DB, clock.System{})
	now, before := g.Last(28)
	took := map[string]time.Duration{}
	timed := func(name string, f func() error) error {
		begin := time.Now()
		err := f()
		took[name] = max(took[name], time.Since(begin))
		return err
	}
	var whole series
	for range rounds {
		begin := time.Now()
		for _, p := range []growth.Period{now, before} {
			if err := timed("the loop", func() error { _, err := g.Loop(ctx, p); return err }); err != nil {
				return err
			}
			for _, m := range growth.Metrics {
				if err := timed(m.Key, func() error { _, err := g.Of(ctx, m, p); return err }); err != nil {
					return err
				}
			}
		}
		if err := timed("its days", func() error { _, err := g.Days(ctx, now); return err }); err != nil {
			return err
		}
		for _, c := range growth.Comparisons {
			if err := timed(c.Key, func() error { _, err := g.Compare(ctx, c, now); return err }); err != nil {
				return err
			}
		}
		if err := timed("trials", func() error { _, err := g.Trials(ctx, now); return err }); err != nil {
			return err
		}
		whole = append(whole, time.Since(begin).Seconds()*1000)
	}
	whole.print("GROWTH the growth page, 28 days", "ms")
	var names []string
	for name := range took {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return int(took[b] - took[a]) })
	for _, name := range names[:6] {
		fmt.Printf("  of it %-28s %8.0f ms at most\n", name, float64(took[name].Microseconds())/1000)
	}
	fmt.Println()
	return nil
}

// bareSpread is a database with one of each of what the bare rows hang on.
func bareSpread(ctx context.Context, path string) (*db.DB, error) {
	bare, err := db.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	for _, text := range []string{
		`INSERT INTO users (id, nickname, created_at) VALUES (1, 'x', 0)`,
		`INSERT INTO shares (id, code, user_id, kind, title, channel, depth, request, day, created_at) VALUES (1, 'A', 1, 'school', '', 'link', 1, 'a', 0, 0)`,
		`INSERT INTO point_accounts (user_id) VALUES (1)`,
		`INSERT INTO sign_in_streaks (user_id) VALUES (1)`,
		`INSERT INTO commission_accounts (user_id, created_at) VALUES (1, 0)`,
		`INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, quote, terms_at, created_at, expires_at) VALUES (1, 'x', 1, 'x', 'h', 'paid', 'pc', 16900, 16900, '{}', 0, 0, 0)`,
	} {
		if _, err := bare.SQL().ExecContext(ctx, text); err != nil {
			bare.Close()
			return nil, fmt.Errorf("%w: %s", err, text)
		}
	}
	return bare, nil
}

func (s *spread) writes(ctx context.Context, bare *db.DB) error {
	run := time.Now().UnixNano()
	if err := acted(ctx, bare, "GROWTH landing and registration", func(i int) error {
		browser := fmt.Sprintf("bench-browser-%d-%d", run, i)
		if _, _, err := s.Share.Land(ctx, share.Landing{Code: fmt.Sprintf("A%d", i%spreadLearners+1), Visitor: browser, Platform: "h5", Address: "203.0.113.9"}); err != nil {
			return err
		}
		userID, err := s.Account.Invent(ctx, "新学员")
		if err != nil {
			return err
		}
		return s.Share.Come(ctx, userID, browser)
	}, []string{
		`INSERT INTO share_visits (id, share_id, visitor, first_at, last_at) VALUES ($1, 1, 'v' || $1, 0, 0)`,
		`INSERT INTO users (id, nickname, created_at) VALUES (1000000 + $1, 'x', 0)`,
		`UPDATE share_visits SET user_id = 1000000 + $1 WHERE visitor = 'v' || $1`,
		`INSERT INTO share_joins (user_id, share_id, first_share_id, touches, joined_at) VALUES (1000000 + $1, 1, 1, 1, 0)`,
	}); err != nil {
		return err
	}
	if err := acted(ctx, bare, "GROWTH sign-in and its points", func(i int) error {
		_, err := s.SignIn.SignIn(ctx, learner(i))
		return err
	}, []string{
		`INSERT INTO daily_sign_ins (user_id, day, ordinal, points, created_at) VALUES (1, 0, $1, 5, 0)`,
		`UPDATE sign_in_streaks SET last = $1 WHERE user_id = 1`,
		`INSERT INTO point_moves (id, user_id, kind, points, cause, at) VALUES ($1, 1, 'earn', 5, 's' || $1, 0)`,
		`UPDATE point_accounts SET balance = balance + 5 WHERE user_id = 1 AND $1 > 0`,
	}); err != nil {
		return err
	}
	if err := acted(ctx, bare, "GROWTH points earned", func(i int) error {
		return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			return s.Points.Earn(ctx, tx, learner(i), 3, fmt.Sprintf("bench:%d", i), "测", 0)
		})
	}, []string{
		`INSERT INTO point_moves (id, user_id, kind, points, cause, at) VALUES (1000000 + $1, 1, 'earn', 5, 'e' || $1, 0)`,
		`UPDATE point_accounts SET balance = balance + 5 WHERE user_id = 1 AND $1 > 0`,
	}); err != nil {
		return err
	}
	return acted(ctx, bare, "GROWTH order owed to a share, commission", func(i int) error {
		buyer, at := learner(i), time.Now().UnixMilli()
		return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := s.Share.Ordered(ctx, tx, share.Sale{OrderID: buyer, BuyerID: buyer, PaidFen: 16900, PaidAt: at}); err != nil {
				return err
			}
			return s.Commission.Accrue(ctx, tx, commission.Sale{OrderID: buyer, BuyerID: buyer, PaidAt: at}, func(context.Context, *db.Tx) ([]commission.Line, error) {
				return []commission.Line{{ItemID: buyer, ProductID: 1, Kind: "course", PaidFen: 16900, RefundDays: 7}}, nil
			})
		})
	}, []string{
		`INSERT INTO orders (id, no, user_id, idem_key, input_hash, status, platform, list_fen, total_fen, quote, terms_at, created_at, expires_at) VALUES ($1, 'o' || $1, 1, 'o' || $1, 'h', 'paid', 'pc', 16900, 16900, '{}', 0, 0, 0)`,
		`INSERT INTO order_items (id, order_id, sku_id, product_id, kind, course_id, title, sku_name, list_fen, discount_fen, price_fen, period_days, tax_category, tax_rate_bps, refund_days, refund_max_watched_percent) VALUES ($1, $1, 1, 1, 'course', 1, 'x', 'x', 16900, 0, 16900, 0, 'd', 600, 7, 20)`,
		`INSERT INTO share_orders (order_id, share_id, place, is_first, is_last, weight_ppm, user_id, paid_fen, paid_at) VALUES ($1, 1, 1, TRUE, TRUE, 1000000, 1, 16900, 0)`,
		`INSERT INTO commission_entries (id, order_id, order_item_id, buyer_id, user_id, level, rule_id, rule_version, terms_version, rate_bps, base_fen, amount_fen, state, hold_until, created_at) VALUES ($1, $1, $1, 1, 1, 1, 1, 1, 1, 1000, 16900, 1690, 'held', 0, 0)`,
		`UPDATE commission_accounts SET held_fen = held_fen + 1690, earned_fen = earned_fen + 1690 WHERE user_id = 1 AND $1 > 0`,
		`INSERT INTO commission_moves (id, user_id, kind, ref_id, held_fen, available_fen, frozen_fen, withdrawn_fen, earned_fen, reversed_fen, at) VALUES ($1, 1, 'accrue', $1, 1690, 0, 0, 0, 1690, 0, 0)`,
		`INSERT INTO ledger_transactions (id, kind, ref_kind, ref_id, at) VALUES ($1, 'accrue', 'commission', $1, 0)`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) VALUES ($1, $1, 'a', 1690, 0, $1, 0)`,
		`INSERT INTO ledger_postings (id, transaction_id, account, debit_fen, credit_fen, order_id, at) VALUES (-$1, $1, 'b', 0, 1690, $1, 0)`,
	})
}
