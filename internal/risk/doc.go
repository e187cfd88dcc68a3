// Package risk judges whether a reward may be given now. It owns risk_signals, risk_rules,
// risk_bands, risk_judgements, risk_cases and risk_holds.
//
// It looks at stored facts alone: the age of an account, by which devices and out of which
// networks accounts are used (keyed hashes, which are forgotten after a time), how fast and
// in what shape people invite each other, whether what is reported of study can be, and
// what was given back. Rules are rows that staff edit; each adds points and is named with
// its figure in the answer. Nobody is refused for the address they live at: what a network
// says is never enough by itself. A refusal can be appealed, and a person decides. It
// touches rewards only; nobody's study or purchase is refused here.
package risk

import (
	"context"

	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/errs"
	"zhizhou/internal/seal"
)

// The refusals of this domain.
var (
	ErrRule     = errs.New(errs.Invalid, "risk_rule", "请检查这条规则")
	ErrBands    = errs.New(errs.Invalid, "risk_bands", "四档分数要从低到高，各不相同")
	ErrVersion  = errs.New(errs.Conflict, "risk_version", "别人刚刚改过，请刷新后再改")
	ErrGone     = errs.New(errs.NotFound, "risk_case_gone", "没有这次核查")
	ErrDecided  = errs.New(errs.Conflict, "risk_decided", "这次核查已经处理过了")
	ErrReason   = errs.New(errs.Invalid, "risk_reason", "请用 2–300 个字说明原因")
	ErrAppeal   = errs.New(errs.Invalid, "risk_appeal", "请用 5–500 个字说明情况")
	ErrAppealed = errs.New(errs.Conflict, "risk_appealed", "每次核查可以申诉一次，你已经提交过了")
)

// What is done about a score, the milder first.
const (
	Allow  = "allow"
	Check  = "check"  // a proven phone is asked for
	Delay  = "delay"  // judged again after a time
	Review = "review" // a person looks first
	Block  = "block"  // refused unless a person decides otherwise
)

var order = map[string]int{Allow: 0, Check: 1, Delay: 2, Review: 3, Block: 4}

const (
	hour      = 3600 * 1000 // ms
	day       = 24 * hour
	wait      = 72 * hour // of a delay
	recheck   = hour      // after which a missing phone is looked for again
	trust     = 30 * day  // for which a cleared case holds
	forDevice = 180 * day // signals are forgotten
	forBlock  = 30 * day
	kept      = 365 * day         // judgements
	forGood   = 9_000_000_000_000 // ms; later than any time that is asked for
)

// Service is the risk domain.
type Service struct {
	DB    *db.DB
	Clock clock.Clock
	Box   *seal.Box // devices and networks are hashed under its key

	// OnOpened is told in the transaction in which a case opens, OnDecided in which it
	// was decided or an appeal was answered.
	OnOpened  func(ctx context.Context, tx *db.Tx, userID, caseID int64) error
	OnDecided func(ctx context.Context, tx *db.Tx, c Case) error
}

func (s *Service) now() int64 { return clock.MS(s.Clock) }
