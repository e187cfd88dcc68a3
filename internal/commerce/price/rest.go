package price

import (
	"slices"
	"strconv"

	"zhizhou/internal/money"
)

// OutOfScope is the reason of a rule that is for other goods, before any other one.
const OutOfScope = "没有适用的商品"

const onlyPublished = "小程序虚拟支付只能按已上架的价格收款，请在网页端使用"

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// covered reports that some of the goods are in the rule's scope.
func (w *work) covered(r *Rule) bool {
	for i := range w.in.Items {
		if r.Scope.holds(&w.in.Items[i]) {
			return true
		}
	}
	return false
}

// short says that goods of sum do not come to what is asked; one buys one thing at a
// time, so it is no advice to buy more.
func short(atFen, sum int64) string {
	return "未满 ¥" + money.Yuan(atFen) + "（还差 ¥" + money.Yuan(atFen-sum) + "）"
}

// upgrades takes what is left of lower memberships off the price of a higher one.
func (w *work) upgrades(rules []candidate) {
	for n := range rules {
		r := rules[n].Rule
		reason := w.barred(r)
		switch {
		case reason != "":
		case w.fixed():
			reason = onlyPublished
		case r.OffFen <= 0:
			reason = "没有可以抵扣的剩余时间"
		case w.room(r) == 0:
			reason = "应付金额已经不能再减"
		}
		if reason != "" {
			w.skip(r, reason)
			continue
		}
		note := r.Note
		if room := w.room(r); room < r.OffFen {
			note += "，这一单最多抵 ¥" + money.Yuan(room)
		}
		w.apply(r, r.OffFen, note)
	}
}

// points pays a part of the rest with points: as many whole fen as the balance
// and the share allow, and the fewest points for them.
func (w *work) points() {
	p := w.in.Points
	if p.PerYuan <= 0 || p.Balance <= 0 {
		return
	}
	all := &Rule{Kind: Points, Label: "积分抵扣"}
	off := min(p.Balance*100/p.PerYuan, part(w.sum(all), p.MaxShare), w.room(all))
	used := (off*p.PerYuan + 99) / 100
	switch {
	case w.fixed():
		w.skip(all, onlyPublished)
	case off <= 0:
		w.skip(all, "这一单没有可以抵扣的金额")
	case !p.Use:
		w.skip(all, "可用 "+strconv.FormatInt(used, 10)+" 积分抵 ¥"+money.Yuan(off))
	default:
		w.q.Points = used
		w.apply(all, off, "用 "+strconv.FormatInt(used, 10)+" 积分")
	}
}

// Unit returns what one that usually costs listFen costs under an exclusive rule,
// whoever buys; it may be more than that.
func (r *Rule) Unit(listFen int64) int64 {
	fen := r.PriceFen
	if r.Pay > 0 {
		off := part(listFen, 1000-r.Pay)
		if r.CapFen > 0 {
			off = min(off, r.CapFen)
		}
		fen = listFen - off
	}
	if listFen > 0 {
		fen = max(fen, 1)
	}
	return fen
}

// For is what one of it costs under an exclusive rule, whoever buys. It is not ok when
// the rule is for other goods, is used up, takes nothing off, or gives a price that
// the platform cannot charge.
func (r *Rule) For(it Item) (fen int64, ok bool) {
	if !r.Scope.holds(&it) {
		return 0, false
	}
	it.Quantity = 1
	fen, why := unitPrice(r, &it)
	return fen, why == ""
}

// Holds reports whether an item is in scope.
func (s *Scope) Holds(it Item) bool { return s.holds(&it) }

func (s *Scope) holds(it *Item) bool {
	if len(s.Products)+len(s.SKUs)+len(s.Categories)+len(s.Kinds)+len(s.Tags) == 0 {
		return true
	}
	return slices.Contains(s.Products, it.ProductID) || slices.Contains(s.SKUs, it.SKUID) || slices.Contains(s.Categories, it.CategoryID) ||
		slices.Contains(s.Kinds, it.Kind) || slices.ContainsFunc(s.Tags, func(t string) bool { return slices.Contains(it.Tags, t) })
}
