package price

import (
	"cmp"
	"slices"
	"sort"
	"strconv"

	"zhizhou/internal/money"
)

// Of prices the items of in. Amounts never fall below 1 fen for goods that cost
// something: giving away for nothing is the free road's affair, not a discount's.
func Of(in Input) Quote {
	w := work{in: &in, q: Quote{Lines: make([]Line, len(in.Items)), Applied: []Applied{}, NotApplied: []Skipped{}}}
	for i, it := range in.Items {
		list := it.ListFen * it.Quantity
		w.q.Lines[i] = Line{SKUID: it.SKUID, Quantity: it.Quantity, ListFen: list, PayFen: list, Discounts: []Part{}}
		w.q.ListFen += list
	}
	rules := make([]candidate, len(in.Rules))
	for i := range in.Rules {
		rules[i] = candidate{Rule: &in.Rules[i], rank: rank(in.Rules[i].Kind)}
	}
	slices.SortFunc(rules, func(a, b candidate) int { return cmp.Or(a.rank-b.rank, cmp.Compare(a.ID, b.ID)) })
	from := func(rank int) int {
		return sort.Search(len(rules), func(i int) bool { return rules[i].rank >= rank })
	}
	thresholds, coupons, upgrades := from(rank(Threshold)), from(rank(Coupon)), from(rank(Upgrade))
	w.exclusive(rules[:thresholds])
	w.thresholds(rules[thresholds:coupons])
	w.coupons(rules[coupons:upgrades])
	w.upgrades(rules[upgrades:])
	w.points()
	for _, l := range w.q.Lines {
		w.q.TotalFen += l.PayFen
	}
	return w.q
}

type work struct {
	in *Input
	q  Quote
}

// candidate is a rule on its way to being applied or not, and why not.
type candidate struct {
	*Rule
	rank  int
	why   string
	alone int64 // see Skipped.AloneFen
	most  int64 // see Skipped.AtMost
}

func (w *work) skip(r *Rule, reason string) {
	w.q.NotApplied = append(w.q.NotApplied, Skipped{Kind: r.Kind, RuleID: r.ID, Label: r.Label, Reason: reason})
}

// barred says why a rule cannot be used at all: for other goods first of all, so that
// nobody is told what to do for a rule that would still not be for these.
func (w *work) barred(r *Rule) string {
	switch {
	case !w.covered(r):
		return OutOfScope
	case r.Barred != "":
		return r.Barred
	case r.From > w.in.At:
		return "还没有开始"
	case r.Until > 0 && r.Until <= w.in.At:
		return "已经结束"
	case len(r.Platforms) > 0 && !slices.Contains(r.Platforms, w.in.Platform):
		return "这个平台不参加"
	}
	return ""
}

// fixed reports that the platform charges published prices only.
func (w *work) fixed() bool {
	return slices.ContainsFunc(w.in.Items, func(it Item) bool { return it.Sellable != nil })
}

// exclusive gives each line the lowest price that one of the rules allows; who chose
// to buy in a group gets the group's price, and reads which one would be lower alone.
func (w *work) exclusive(rules []candidate) {
	type offer struct {
		by   *candidate
		unit int64
	}
	best := make([]offer, len(w.in.Items))
	order := make([]*candidate, len(rules))
	for n := range rules {
		order[n] = &rules[n]
	}
	chosen := func(r *candidate) bool { return w.in.Group && r.Kind == Group }
	slices.SortStableFunc(order, func(a, b *candidate) int { return truth(chosen(b)) - truth(chosen(a)) })
	for _, r := range order {
		if r.why = w.unfit(r.Rule); r.why != "" {
			continue
		}
		r.why = OutOfScope
		for i := range w.in.Items {
			it := &w.in.Items[i]
			if !r.Scope.holds(it) {
				continue
			}
			unit, reason := unitPrice(r.Rule, it)
			switch {
			case reason != "":
				r.why = reason
				if overLimit(r.Rule, it) && (r.Left == Unlimited || r.Left >= r.BuyerLeft) {
					r.most = r.BuyerLeft
				}
			case best[i].by != nil && chosen(best[i].by) && !chosen(r) && unit < best[i].unit:
				r.why, r.alone = "你选了拼团；单独买可以用它，每份 ¥"+money.Yuan(unit), unit
			case best[i].by == nil || unit < best[i].unit:
				if best[i].by != nil {
					best[i].by.why = "「" + r.Label + "」更优惠，两者只用一项"
				}
				best[i] = offer{r, unit}
			default:
				r.why = "「" + best[i].by.Label + "」更优惠，两者只用一项"
			}
		}
	}
	for n := range rules {
		r := &rules[n]
		a := Applied{Kind: r.Kind, RuleID: r.ID, Label: r.Label}
		for i, b := range best {
			if b.by != r {
				continue
			}
			l := &w.q.Lines[i]
			off := l.ListFen - b.unit*l.Quantity
			l.PayFen -= off
			l.Discounts = append(l.Discounts, Part{r.Kind, r.ID, off})
			a.OffFen, a.Units, a.Reason = a.OffFen+off, a.Units+l.Quantity, "每份 ¥"+money.Yuan(b.unit)
		}
		if a.Units > 0 {
			w.q.Applied = append(w.q.Applied, a)
		} else {
			w.skip(r.Rule, r.why)
			w.q.NotApplied[len(w.q.NotApplied)-1].AloneFen = r.alone
			w.q.NotApplied[len(w.q.NotApplied)-1].AtMost = r.most
		}
	}
}

// unfit says why an exclusive rule is not for this buyer.
func (w *work) unfit(r *Rule) string {
	if reason := w.barred(r); reason != "" {
		return reason
	}
	switch r.Kind {
	case Newcomer:
		if w.in.PaidOrder {
			return "只限第一次购买"
		}
	case Bargain:
		if w.fixed() {
			return onlyPublished
		}
	case Group:
		if !w.in.Group {
			return "选择拼团购买时可用"
		}
	case Member:
		if !slices.ContainsFunc(r.Tiers, func(t int64) bool { return slices.Contains(w.in.Tiers, t) }) {
			return "开通会员可用"
		}
	}
	return ""
}

// part is permille/1000 of fen, rounded down in the buyer's favour never: what is
// taken off is a whole number of fen.
func part(fen, permille int64) int64 { return fen * permille / 1000 }

// thresholds takes the best of the threshold discounts.
func (w *work) thresholds(rules []candidate) {
	var best *candidate
	var bestOff, bestAt int64
	for n := range rules {
		r := &rules[n]
		if r.why = w.barred(r.Rule); r.why != "" {
			continue
		}
		off, at, reason := w.reached(r.Rule)
		switch {
		case off == 0:
			r.why = reason
		case best == nil || off > bestOff:
			if best != nil {
				best.why = "「" + r.Label + "」减得更多，满减只用一项"
			}
			best, bestOff, bestAt = r, off, at
		default:
			r.why = "「" + best.Label + "」减得更多，满减只用一项"
		}
	}
	for n := range rules {
		if r := &rules[n]; r == best {
			w.apply(r.Rule, bestOff, "满 ¥"+money.Yuan(bestAt)+" 减 ¥"+money.Yuan(bestOff))
		} else {
			w.skip(r.Rule, r.why)
		}
	}
}

// reached returns the step of a threshold discount that the goods in scope have
// come to; off is 0 with the reason when there is none.
func (w *work) reached(r *Rule) (off, at int64, reason string) {
	if w.fixed() {
		return 0, 0, onlyPublished
	}
	sum := w.sum(r)
	if sum == 0 {
		return 0, 0, OutOfScope
	}
	next := int64(0)
	for _, s := range r.Steps {
		if s.AtFen <= sum && s.OffFen > off {
			off, at = s.OffFen, s.AtFen
		} else if s.AtFen > sum && (next == 0 || s.AtFen < next) {
			next = s.AtFen
		}
	}
	switch {
	case off > 0:
		return off, at, ""
	case next > 0:
		return 0, 0, short(next, sum)
	}
	return 0, 0, "没有达到门槛"
}

// coupons takes the chosen coupon, or the one that saves most, and then those that
// may stand beside it.
func (w *work) coupons(rules []candidate) {
	var best *candidate
	var bestOff int64
	for n := range rules {
		r := &rules[n]
		if r.why = w.unwanted(r.Rule); r.why != "" || r.Stackable {
			continue
		}
		off, reason := w.couponOff(r.Rule)
		switch {
		case off == 0:
			r.why = reason
		case best == nil || off > bestOff:
			if best != nil {
				best.why = "「" + r.Label + "」省得更多，每单只用一张"
			}
			best, bestOff = r, off
		default:
			r.why = "「" + best.Label + "」省得更多，每单只用一张"
		}
	}
	if best != nil {
		w.apply(best.Rule, bestOff, couponText(best.Rule))
	}
	for n := range rules {
		r := &rules[n]
		if r.why == "" && r.Stackable {
			off, reason := w.couponOff(r.Rule) // of what the ones before have left
			if off > 0 {
				w.apply(r.Rule, off, couponText(r.Rule)+"，可以叠加")
				continue
			}
			r.why = reason
		}
		if r != best {
			w.skip(r.Rule, r.why)
		}
	}
}

// unwanted says why a coupon is out before its amount is looked at.
func (w *work) unwanted(r *Rule) string {
	reason := w.barred(r)
	switch {
	case reason == OutOfScope:
		return reason
	case w.in.NoCoupon:
		return "你选择了不用券"
	case w.in.Coupons != nil && !slices.Contains(w.in.Coupons, r.ID):
		return "没有选择这张券"
	case w.fixed():
		return onlyPublished
	}
	return reason
}

func (w *work) couponOff(r *Rule) (off int64, reason string) {
	sum := w.sum(r)
	switch {
	case sum == 0:
		return 0, OutOfScope
	case sum < r.AtFen:
		return 0, short(r.AtFen, sum)
	}
	off = r.OffFen
	if r.Pay > 0 {
		off = part(sum, 1000-r.Pay)
		if r.CapFen > 0 {
			off = min(off, r.CapFen)
		}
	}
	if off = min(off, w.room(r)); off == 0 {
		return 0, "应付金额已经不能再减"
	}
	return off, ""
}

func couponText(r *Rule) string {
	switch {
	case r.Pay > 0:
		return discount(r.Pay) + " 折"
	case r.AtFen > 0:
		return "满 ¥" + money.Yuan(r.AtFen) + " 可用"
	}
	return "无门槛"
}

// discount writes 850 ‰ as "8.5" and 900 ‰ as "9", as Chinese shops do.
func discount(pay int64) string {
	s := strconv.FormatInt(pay/100, 10)
	if rest := pay % 100; rest != 0 {
		s += "." + strconv.FormatInt(rest/10, 10)
		if rest%10 != 0 {
			s += strconv.FormatInt(rest%10, 10)
		}
	}
	return s
}

// sum is what the lines in the rule's scope cost so far.
func (w *work) sum(r *Rule) (fen int64) {
	for i, l := range w.q.Lines {
		if r.Scope.holds(&w.in.Items[i]) {
			fen += l.PayFen
		}
	}
	return fen
}

// room is how much may still be taken off the lines in scope: each that costs
// something keeps one fen, so that no line becomes free by arithmetic.
func (w *work) room(r *Rule) (fen int64) {
	for i, l := range w.q.Lines {
		if r.Scope.holds(&w.in.Items[i]) && l.PayFen > 1 {
			fen += l.PayFen - 1
		}
	}
	return fen
}

// apply takes off fen from the lines in scope, split by what they cost.
func (w *work) apply(r *Rule, off int64, reason string) {
	off = min(off, w.room(r))
	a := Applied{Kind: r.Kind, RuleID: r.ID, Label: r.Label, OffFen: off, Reason: reason}
	if off <= 0 {
		w.skip(r, "应付金额已经不能再减")
		return
	}
	var weights []int64
	var at []int
	for i, l := range w.q.Lines {
		if r.Scope.holds(&w.in.Items[i]) && l.PayFen > 1 {
			at, weights = append(at, i), append(weights, l.PayFen-1)
			a.Units += l.Quantity
		}
	}
	for n, fen := range money.Split(off, weights) {
		l := &w.q.Lines[at[n]]
		l.PayFen -= fen
		l.Discounts = append(l.Discounts, Part{r.Kind, r.ID, fen})
	}
	w.q.Applied = append(w.q.Applied, a)
}
