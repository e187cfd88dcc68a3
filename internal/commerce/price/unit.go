package price

import (
	"fmt"
	"slices"
)

// unitPrice is what one costs under an exclusive rule, or why it does not apply.
func unitPrice(r *Rule, it *Item) (fen int64, reason string) {
	switch {
	case r.Left != Unlimited && r.Left < it.Quantity:
		return 0, "已抢完"
	case overLimit(r, it):
		if r.BuyerLeft > 0 {
			return 0, fmt.Sprintf("每人限购，你最多按此价买 %d 份", r.BuyerLeft)
		}
		return 0, "每人限购的数量已经用完"
	}
	fen = r.Unit(it.ListFen)
	switch {
	case fen >= it.ListFen:
		return 0, "现价已经不高于它"
	case it.Sellable != nil && !slices.Contains(it.Sellable, fen):
		return 0, "小程序里还没有上架这个价格"
	}
	return fen, ""
}

// overLimit reports that more is wanted than this buyer may take by a rule.
func overLimit(r *Rule, it *Item) bool { return r.BuyerLeft != Unlimited && r.BuyerLeft < it.Quantity }
