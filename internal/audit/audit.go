// Package audit keeps the log of what staff changed: who, what, before and
// after, in the same transaction as the change. Rows are chained by hash and the
// database refuses to alter them. It owns audit_log and audit_head.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Actor is who changes something.
type Actor struct {
	Kind      string // "staff", "learner" or "system"
	ID        int64
	Name      string
	RequestID string
}

type actorKey struct{}

// WithActor returns a context in which a acts.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf returns who acts in ctx; the system when nobody was named.
func ActorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: "system", Name: "系统"}
}

// Entry is one row of the log.
type Entry struct {
	ID        int64
	At        int64
	ActorKind string
	ActorID   int64
	ActorName string
	Action    string
	Target    string
	Before    string
	After     string
	Reason    string
	RequestID string
	PrevHash  string
	Hash      string
}

var (
	qHead   = db.Q("audit/head", `SELECT hash FROM audit_head WHERE id = 1 /*for_update*/`)
	qLast   = db.Q("audit/last", `SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM audit_log`)
	qMove   = db.Q("audit/move", `UPDATE audit_head SET hash = $1 WHERE id = 1`)
	qInsert = db.Q("audit/insert", `INSERT INTO audit_log
		(id, at, actor_kind, actor_id, actor_name, action, target, before, after, reason, request_id, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	// Each way to look has a statement that its index serves; the other filters sift what it finds.
	qList       = db.Q("audit/list", look(anyAction, anyTarget, anyStaff))
	qListAction = db.Q("audit/list_action", look("action = $4", anyTarget, anyStaff))
	qListTarget = db.Q("audit/list_target", look(anyAction, "target = $5", anyStaff))
	qListStaff  = db.Q("audit/list_staff", look(anyAction, anyTarget, "actor_id = $6 AND actor_kind = 'staff'"))
	qAll        = db.Q("audit/all", `SELECT * FROM audit_log WHERE id > $1 ORDER BY id LIMIT $2`)
)

const (
	anyAction = "($4 = '' OR action = $4)"
	anyTarget = "($5 = '' OR target = $5)"
	anyStaff  = "(CAST($6 AS BIGINT) = 0 OR actor_id = $6 AND actor_kind = 'staff')"
)

func look(action, target, staff string) string {
	return "SELECT * FROM audit_log WHERE (at, id) < ($1, $2) AND at >= $3 AND " + action + " AND " + target + " AND " + staff + " ORDER BY at DESC, id DESC LIMIT $7"
}

// Find narrows the log; what is empty or 0 narrows nothing.
type Find struct {
	Action   string
	Target   string
	StaffID  int64
	From     int64 // UTC ms, with it
	Until    int64 // UTC ms, without it
	BeforeAt int64 // with BeforeID the last row of the page before
	BeforeID int64
}

// Write records action on target ("course:12") with what was there before and
// after; nil means nothing. Secrets must not be in either: use a view.
func Write(ctx context.Context, tx *db.Tx, c clock.Clock, action, target string, before, after any, reason string) error {
	a := ActorOf(ctx)
	e := Entry{
		At: clock.MS(c), ActorKind: a.Kind, ActorID: a.ID, ActorName: a.Name, Action: action, Target: target,
		Before: text(before), After: text(after), Reason: reason, RequestID: a.RequestID,
	}
	if err := tx.Get(ctx, qHead, &e.PrevHash); err != nil {
		return err
	}
	// The chain is read in the order of the ids, so an id is taken while the head is
	// locked, and above the last one, whichever server made that.
	var last int64
	if err := tx.Get(ctx, qLast, &last); err != nil {
		return err
	}
	e.ID = max(id.New(), last+1)
	e.Hash = e.sum()
	if _, err := tx.Exec(ctx, qInsert, e.ID, e.At, e.ActorKind, e.ActorID, e.ActorName, e.Action, e.Target,
		e.Before, e.After, e.Reason, e.RequestID, e.PrevHash, e.Hash); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qMove, e.Hash)
	return err
}

func text(v any) string {
	if v == nil {
		return ""
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return string(raw)
}

func (e Entry) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%d\n%d\n", e.PrevHash, e.ID, e.At)
	for _, s := range []string{e.ActorKind, fmt.Sprint(e.ActorID), e.ActorName, e.Action, e.Target, e.Before, e.After, e.Reason, e.RequestID} {
		fmt.Fprintf(h, "%d:%s\n", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// List returns at most limit rows, the newest first.
func List(ctx context.Context, r db.Reader, f Find, limit int) ([]Entry, error) {
	q := qList
	switch {
	case f.Target != "":
		q = qListTarget
	case f.StaffID > 0:
		q = qListStaff
	case f.Action != "":
		q = qListAction
	}
	at := int64(math.MaxInt64)
	if f.Until > 0 {
		at = f.Until
	}
	if f.BeforeID > 0 {
		at = f.BeforeAt
	}
	var rows []Entry
	err := r.List(ctx, q, &rows, at, f.BeforeID, f.From, f.Action, f.Target, f.StaffID, limit)
	return rows, err
}

// Verify walks the chain and returns what is wrong with it, nothing when whole
// (INV-41).
func Verify(ctx context.Context, r db.Reader) ([]string, error) {
	var bad []string
	prev := ""
	for last := int64(0); ; {
		var rows []Entry
		if err := r.List(ctx, qAll, &rows, last, 500); err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return bad, nil
		}
		for _, e := range rows {
			if e.PrevHash != prev || e.Hash != e.sum() {
				bad = append(bad, fmt.Sprintf("audit_log %d (%s) does not follow the row before it", e.ID, strings.TrimSpace(e.Action)))
			}
			prev, last = e.Hash, e.ID
		}
	}
}
