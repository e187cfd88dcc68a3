// Package price is the one answer to "what does this cost, and why?". Of is pure:
// the same input gives the same quote, nothing else is looked at, nothing is
// stored. All amounts are fen, all times UTC milliseconds.
//
// The order of rules is declared, not given by the order of the input (INV-27):
//
//	list price × quantity
//	→ the best one of newcomer, flash sale, bargain, member price and a trial price of
//	  an experiment, line by line; for who chose to buy in a group its price instead,
//	  wherever it takes something off
//	→ the best threshold discount (满减)
//	→ one coupon, and those that the operator marked as stackable
//	→ what is left of a lower membership
//	→ points
//
// Every rule that was given appears once: applied with its amount, or not applied
// with the reason a buyer understands. Discounts are split over the lines by
// largest remainder, so that a refund of one line is exact (INV-11).
package price

// Kind is the sort of a rule.
type Kind string

// The kinds. The first six exclude each other on a line.
const (
	Newcomer   Kind = "newcomer"
	Flash      Kind = "flash"
	Bargain    Kind = "bargain"
	Group      Kind = "group"
	Member     Kind = "member"
	Experiment Kind = "experiment"
	Threshold  Kind = "threshold"
	Coupon     Kind = "coupon"
	Upgrade    Kind = "upgrade"
	Points     Kind = "points"
)

// rank is the order in which kinds are looked at. Among exclusive ones that give
// the same price it is the one that uses up least that wins.
func rank(k Kind) int {
	switch k {
	case Member:
		return 0
	case Experiment:
		return 1
	case Newcomer:
		return 2
	case Flash:
		return 3
	case Bargain:
		return 4
	case Group:
		return 5
	case Threshold:
		return 6
	case Coupon:
		return 7
	}
	return 8
}

// Unlimited marks a limit that is not set.
const Unlimited = -1

// Rule is a candidate: a promotion, a coupon of the buyer, or a member price. The
// caller has read what is left of it; Of only decides.
type Rule struct {
	ID        int64
	Kind      Kind
	Label     string
	From      int64    // ms; 0: always
	Until     int64    // ms, exclusive; 0: for good
	Platforms []string // empty: all
	Scope     Scope

	// What it gives: one of a price, a part of the price, steps, or an amount.
	PriceFen int64  // exclusive kinds: the price of one; −1: by PayPermille
	Pay      int64  // ‰ of the price that is paid, 1–999 (850 = 八五折); 0: not by part
	CapFen   int64  // at most so much off, with Pay; 0: no cap
	AtFen    int64  // coupon: the goods in scope must come to this
	OffFen   int64  // coupon, upgrade: so much off
	Steps    []Step // threshold: the highest reached counts

	Left      int64   // units left in the quota; Unlimited
	BuyerLeft int64   // units this buyer may still take; Unlimited
	Tiers     []int64 // member: the buyer must have one of these
	Stackable bool    // coupon: beside another one
	Barred    string  // why it cannot be used now, known to the caller; \"\": it can
	Note      string  // upgrade: the arithmetic, said when it is used
}

// Step is one level of a threshold discount.
type Step struct {
	AtFen  int64 `json:"at_fen"`
	OffFen int64 `json:"off_fen"`
}

// Scope says which goods a rule is for; an empty scope is all of them. A line is
// in scope when one of its marks is named.
type Scope struct {
	Products   []int64  `json:"products,omitempty"`
	SKUs       []int64  `json:"skus,omitempty"`
	Categories []int64  `json:"categories,omitempty"`
	Kinds      []string `json:"kinds,omitempty"`
	Tags       []string `json:"tags,omitempty"`
}

// Item is one line to be priced.
type Item struct {
	SKUID      int64
	ProductID  int64
	Kind       string // of the product
	CategoryID int64
	Tags       []string
	Label      string
	ListFen    int64 // of one
	Quantity   int64
	// Sellable names the prices of one that the platform can charge; nil: any.
	// Virtual payment charges published items only.
	Sellable []int64
}

// Input is everything that a price depends on.
type Input struct {
	At        int64
	Platform  string
	Items     []Item
	Rules     []Rule
	PaidOrder bool    // the buyer has paid an order before
	Tiers     []int64 // memberships that the buyer has now
	Group     bool    // the buyer chose to buy in a group, even where alone is cheaper
	// Coupons chosen by the buyer, in place of the best one; nil: the best.
	Coupons  []int64
	NoCoupon bool // the buyer wants to keep coupons
	Points   PointRule
}

// PointRule is how points may pay.
type PointRule struct {
	Balance  int64 // points of the buyer
	Use      bool
	PerYuan  int64 // points for ¥1; 0: points do not pay here
	MaxShare int64 // ‰ of the rest that points may pay
}

// Quote is a price with its explanation.
type Quote struct {
	Lines      []Line    `json:"lines"`
	Applied    []Applied `json:"applied"`
	NotApplied []Skipped `json:"not_applied"`
	ListFen    int64     `json:"list_fen"`
	TotalFen   int64     `json:"total_fen"`
	Points     int64     `json:"points"` // used
}

// Line is what one item costs in the end; ListFen − Σ discounts = PayFen.
type Line struct {
	SKUID     int64  `json:"sku_id"`
	Quantity  int64  `json:"quantity"`
	ListFen   int64  `json:"list_fen"`
	PayFen    int64  `json:"pay_fen"`
	Discounts []Part `json:"discounts"`
}

// Part is a line's share of a rule.
type Part struct {
	Kind   Kind  `json:"kind"`
	RuleID int64 `json:"rule_id"`
	OffFen int64 `json:"off_fen"`
}

// Applied is a rule that was used.
type Applied struct {
	Kind   Kind   `json:"kind"`
	RuleID int64  `json:"rule_id"`
	Label  string `json:"label"`
	OffFen int64  `json:"off_fen"`
	Units  int64  `json:"units"` // how many goods it was used for
	Reason string `json:"reason"`
}

// Skipped is a rule that was not used.
type Skipped struct {
	Kind   Kind   `json:"kind"`
	RuleID int64  `json:"rule_id"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
	// AloneFen is what one would cost by this rule to who does not buy in a group, where
	// that is less; else 0.
	AloneFen int64 `json:"alone_fen,omitempty"`
	// AtMost is how many units this buyer could still take by it, where more were asked
	// for; else 0.
	AtMost int64 `json:"at_most,omitempty"`
}
