package commerce

import (
	"testing"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/commerce/price"
)

func TestQuoteExplainsItself(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	base := catalog.Offer{SKUID: 1, SKUName: "长期有效", CourseID: 2, Title: "课", PriceFen: 16900, WeekLowFen: 16900, RefundDays: 7, RefundMaxWatchedPercent: 20}
	flash := price.Rule{ID: 5, Kind: price.Flash, Label: "秒杀", PriceFen: 8000, Left: price.Unlimited, BuyerLeft: price.Unlimited}
	for _, c := range []struct {
		name     string
		change   func(*catalog.Offer)
		rules    []price.Rule
		total    int64
		was      int64
		reasoned string
	}{
		{"plain", func(*catalog.Offer) {}, nil, 16900, 0, "当前售价"},
		{"really lowered", func(o *catalog.Offer) { o.PriceFen, o.WeekLowFen, o.BeforeFen = 9900, 9900, 16900 }, nil, 9900, 16900, "降价前 7 天最低售价 ¥169.00"},
		{"raised: nothing is crossed out", func(o *catalog.Offer) { o.WeekLowFen, o.BeforeFen = 9900, 9900 }, nil, 16900, 0, "当前售价"},
		{"free", func(o *catalog.Offer) { o.PriceFen, o.WeekLowFen = 0, 0 }, nil, 0, 0, "免费"},
		{"a promotion is compared with the list price", func(*catalog.Offer) {}, []price.Rule{flash}, 8000, 16900, "当前售价"},
		{"raised yesterday for the promotion: the old price is the base", func(o *catalog.Offer) { o.WeekLowFen = 9900 }, []price.Rule{flash}, 8000, 9900, "当前售价"},
		{"the base is below the promotion", func(o *catalog.Offer) { o.WeekLowFen = 7000 }, []price.Rule{flash}, 8000, 0, "当前售价"},
	} {
		o := base
		c.change(&o)
		ask := Ask{Platform: "pc", Wants: []Want{{1, 1}}}
		p := price.Of(price.Input{Items: []price.Item{{SKUID: 1, ListFen: o.PriceFen, Quantity: 1}}, Rules: c.rules})
		q := explain(ask, []catalog.Offer{o}, p, now)
		if q.TotalFen != c.total || q.WasFen != c.was || q.Lines[0].Reason != c.reasoned {
			t.Errorf("%s: %+v", c.name, q)
		}
		var sum int64
		for _, l := range q.Lines {
			sum += l.AmountFen
		}
		if sum != q.TotalFen {
			t.Errorf("%s: the lines give %d, the total is %d (INV-11)", c.name, sum, q.TotalFen)
		}
		if q.ExpiresAt <= now.UnixMilli() {
			t.Errorf("%s: the quote never lived", c.name)
		}
	}
}

func TestTaxIsContainedInTheNet(t *testing.T) {
	for _, c := range [][3]int64{{10600, 600, 600}, {5450, 900, 450}, {11300, 1300, 1300}, {100, 600, 6}, {0, 600, 0}, {9, 0, 0}} {
		if got := TaxOf(c[0], c[1]); got != c[2] {
			t.Errorf("%d at %d: %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
