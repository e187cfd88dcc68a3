package price_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhizhou/internal/commerce/price"
)

const now = 1_800_000_000_000

func course(sku, fen int64) price.Item {
	return price.Item{SKUID: sku, ProductID: sku + 100, Kind: "course", CategoryID: 7, Tags: []string{"写作"}, ListFen: fen, Quantity: 1}
}

func rule(id int64, kind price.Kind, f func(*price.Rule)) price.Rule {
	r := price.Rule{ID: id, Kind: kind, Label: string(kind), PriceFen: -1, Left: price.Unlimited, BuyerLeft: price.Unlimited}
	f(&r)
	return r
}

func TestTheOrderOfRules(t *testing.T) {
	flash := rule(1, price.Flash, func(r *price.Rule) { r.PriceFen = 8000 })
	member := rule(2, price.Member, func(r *price.Rule) { r.Pay, r.Tiers = 850, []int64{5} })
	newcomer := rule(3, price.Newcomer, func(r *price.Rule) { r.PriceFen = 100 })
	full := rule(4, price.Threshold, func(r *price.Rule) { r.Steps = []price.Step{{AtFen: 5000, OffFen: 500}, {AtFen: 15000, OffFen: 2000}} })
	c10 := rule(5, price.Coupon, func(r *price.Rule) { r.OffFen, r.AtFen = 1000, 6000 })
	c20 := rule(6, price.Coupon, func(r *price.Rule) { r.Pay, r.CapFen = 800, 900 })
	extra := rule(7, price.Coupon, func(r *price.Rule) { r.OffFen, r.Stackable = 100, true })
	for _, c := range []struct {
		name  string
		in    price.Input
		total int64
		not   map[int64]string // rule → part of the reason
	}{
		{"list", price.Input{Items: []price.Item{course(1, 16900)}}, 16900, nil},
		{"best exclusive", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{flash, member}, Tiers: []int64{5}}, 8000, map[int64]string{2: "更优惠"}},
		{"member without a tier", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{member}}, 16900, map[int64]string{2: "开通会员"}},
		{"member price", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{member}, Tiers: []int64{5}}, 14365, nil},
		{"newcomer only once", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{newcomer, flash}, PaidOrder: true}, 8000, map[int64]string{3: "第一次"}},
		{"newcomer", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{newcomer, flash}}, 100, map[int64]string{1: "更优惠"}},
		{
			"everything in order",
			price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{c20, extra, c10, full, flash}},
			8000 - 500 - 1000 - 100,
			map[int64]string{6: "省得更多"},
		},
		{
			"the buyer chooses",
			price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{c20, c10}, Coupons: []int64{6}},
			16900 - 900,
			map[int64]string{5: "没有选择"},
		},
		{"keeps coupons", price.Input{Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{c10}, NoCoupon: true}, 16900, map[int64]string{5: "不用券"}},
		{"below the threshold", price.Input{Items: []price.Item{course(1, 4000)}, Rules: []price.Rule{full, c10}}, 4000, map[int64]string{4: "未满 ¥50.00（还差 ¥10.00）", 5: "未满 ¥60.00（还差 ¥20.00）"}},
		{
			"two lines, a coupon for one",
			price.Input{Items: []price.Item{course(1, 16900), course(2, 10000)}, Rules: []price.Rule{rule(8, price.Coupon, func(r *price.Rule) { r.OffFen, r.Scope.SKUs = 3000, []int64{2} })}},
			23900, nil,
		},
		{"never free by arithmetic", price.Input{Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(9, price.Coupon, func(r *price.Rule) { r.OffFen = 10000 })}}, 1, nil},
		{"sold out", price.Input{Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.Left = 100, 0 })}}, 500, map[int64]string{1: "抢完"}},
		{"one each", price.Input{Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.BuyerLeft = 100, 0 })}}, 500, map[int64]string{1: "限购"}},
		{"over", price.Input{At: now, Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.Until = 100, now })}}, 500, map[int64]string{1: "已经结束"}},
		{"not begun", price.Input{At: now, Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.From = 100, now+1 })}}, 500, map[int64]string{1: "没有开始"}},
		{"another platform", price.Input{Platform: "pc", Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Flash, func(r *price.Rule) { r.PriceFen, r.Platforms = 100, []string{"h5"} })}}, 500, map[int64]string{1: "平台"}},
		{"alone is no group", price.Input{Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(1, price.Group, func(r *price.Rule) { r.PriceFen = 100 })}}, 500, map[int64]string{1: "拼团"}},
		{
			"a group that was chosen is not outbid",
			price.Input{Group: true, Items: []price.Item{course(1, 16900)}, Tiers: []int64{5}, Rules: []price.Rule{newcomer, member, rule(8, price.Group, func(r *price.Rule) { r.PriceFen = 9900 }), rule(9, price.Group, func(r *price.Rule) { r.PriceFen = 8800 })}},
			8800,
			map[int64]string{2: "更优惠", 3: "单独买可以用它，每份 ¥1.00", 8: "更优惠"},
		},
		{
			"a group that takes nothing off leaves the rest",
			price.Input{Group: true, Items: []price.Item{course(1, 16900)}, Rules: []price.Rule{newcomer, rule(8, price.Group, func(r *price.Rule) { r.PriceFen = 16900 })}},
			100,
			map[int64]string{8: "不高于"},
		},
		{"points", price.Input{Items: []price.Item{course(1, 10000)}, Points: price.PointRule{Balance: 99_950, Use: true, PerYuan: 1000, MaxShare: 500}}, 5000, nil},
		{
			"an upgrade comes after coupons and before points",
			price.Input{Items: []price.Item{course(1, 10000)}, Rules: []price.Rule{c10, rule(9, price.Upgrade, func(r *price.Rule) { r.OffFen = 5000 })}, Points: price.PointRule{Balance: 99_950, Use: true, PerYuan: 1000, MaxShare: 500}},
			2000, nil,
		},
		{"an upgrade worth more than it", price.Input{Items: []price.Item{course(1, 500)}, Rules: []price.Rule{rule(9, price.Upgrade, func(r *price.Rule) { r.OffFen = 5000 })}}, 1, nil},
		{"points, few", price.Input{Items: []price.Item{course(1, 10000)}, Points: price.PointRule{Balance: 105, Use: true, PerYuan: 1000, MaxShare: 500}}, 9990, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := price.Of(c.in)
			if q.TotalFen != c.total {
				t.Errorf("%d fen, want %d: %+v", q.TotalFen, c.total, q)
			}
			for id, want := range c.not {
				found := false
				for _, s := range q.NotApplied {
					found = found || s.RuleID == id && strings.Contains(s.Reason, want)
				}
				if !found {
					t.Errorf("no reason %q for rule %d in %+v", want, id, q.NotApplied)
				}
			}
		})
	}
}

// What is for other goods says so, whatever else would be in its way: nobody is sent
// to start a bargain or a group that would still not be for these.
func TestScopeIsJudgedBeforeTheWayOfUsing(t *testing.T) {
	for _, kind := range []price.Kind{price.Newcomer, price.Flash, price.Bargain, price.Group, price.Member, price.Experiment, price.Threshold, price.Coupon, price.Upgrade} {
		for name, f := range map[string]func(*price.Rule){
			"plain":   func(r *price.Rule) { r.PriceFen, r.OffFen = 100, 100 },
			"barred":  func(r *price.Rule) { r.Barred = "发起砍价后可用" },
			"over":    func(r *price.Rule) { r.Until = 1 },
			"used up": func(r *price.Rule) { r.Left = 0 },
			"steps":   func(r *price.Rule) { r.AtFen, r.Steps = 90000, []price.Step{{AtFen: 90000, OffFen: 100}} },
		} {
			elsewhere := rule(1, kind, func(r *price.Rule) { r.Scope.SKUs = []int64{99}; f(r) })
			for _, in := range []price.Input{{}, {NoCoupon: true, PaidOrder: true}, {Coupons: []int64{2}, Group: true}} {
				in.At, in.Items, in.Rules = now, []price.Item{course(1, 16900)}, []price.Rule{elsewhere}
				if q := price.Of(in); len(q.NotApplied) != 1 || q.NotApplied[0].Reason != price.OutOfScope || q.TotalFen != 16900 {
					t.Errorf("%s, %s: %+v", kind, name, q.NotApplied)
				}
			}
		}
	}
}

// Virtual payment charges published prices: what is shown is one of them, or the
// rule says why it does not apply.
func TestPublishedPricesOnly(t *testing.T) {
	it := course(1, 16900)
	it.Sellable = []int64{16900, 8000}
	q := price.Of(price.Input{Items: []price.Item{it}, Rules: []price.Rule{
		rule(1, price.Flash, func(r *price.Rule) { r.PriceFen = 8000 }),
		rule(2, price.Newcomer, func(r *price.Rule) { r.PriceFen = 100 }),
		rule(3, price.Coupon, func(r *price.Rule) { r.OffFen = 1000 }),
		rule(4, price.Threshold, func(r *price.Rule) { r.Steps = []price.Step{{AtFen: 1, OffFen: 1}} }),
	}, Points: price.PointRule{Balance: 1000, Use: true, PerYuan: 100, MaxShare: 1000}})
	if q.TotalFen != 8000 || len(q.NotApplied) != 4 || q.Points != 0 {
		t.Fatalf("%+v", q)
	}
}

func drawInput(t *rapid.T) price.Input {
	in := price.Input{At: now, Platform: "h5", PaidOrder: rapid.Bool().Draw(t, "paid"), Group: rapid.Bool().Draw(t, "group"), Tiers: rapid.SliceOfN(rapid.Int64Range(1, 3), 0, 2).Draw(t, "tiers")}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		it := course(int64(i+1), rapid.Int64Range(0, 300_000).Draw(t, "list"))
		it.Quantity, it.CategoryID = rapid.Int64Range(1, 5).Draw(t, "quantity"), rapid.Int64Range(1, 3).Draw(t, "category")
		in.Items = append(in.Items, it)
	}
	kinds := []price.Kind{price.Newcomer, price.Flash, price.Bargain, price.Group, price.Member, price.Experiment, price.Threshold, price.Coupon, price.Upgrade}
	for i := range rapid.IntRange(0, 12).Draw(t, "rules") {
		in.Rules = append(in.Rules, rule(int64(i+1), rapid.SampledFrom(kinds).Draw(t, "kind"), func(r *price.Rule) {
			r.PriceFen = rapid.Int64Range(0, 300_000).Draw(t, "price")
			if rapid.Bool().Draw(t, "part") {
				r.Pay = rapid.Int64Range(1, 999).Draw(t, "pay")
				r.CapFen = rapid.Int64Range(0, 50_000).Draw(t, "cap")
			}
			r.OffFen = rapid.Int64Range(1, 400_000).Draw(t, "off")
			r.AtFen = rapid.Int64Range(0, 400_000).Draw(t, "at")
			r.Left = rapid.Int64Range(-1, 6).Draw(t, "left")
			r.BuyerLeft = rapid.Int64Range(-1, 6).Draw(t, "buyerLeft")
			r.Tiers = []int64{rapid.Int64Range(1, 3).Draw(t, "tier")}
			r.Stackable = rapid.Bool().Draw(t, "stackable")
			if rapid.Bool().Draw(t, "scoped") {
				r.Scope.Categories = []int64{rapid.Int64Range(1, 3).Draw(t, "scope")}
			}
			for range rapid.IntRange(0, 3).Draw(t, "steps") {
				r.Steps = append(r.Steps, price.Step{AtFen: rapid.Int64Range(1, 500_000).Draw(t, "stepAt"), OffFen: rapid.Int64Range(1, 500_000).Draw(t, "stepOff")})
			}
		}))
	}
	in.Points = price.PointRule{Balance: rapid.Int64Range(0, 1_000_000).Draw(t, "points"), Use: rapid.Bool().Draw(t, "use"), PerYuan: rapid.Int64Range(0, 10_000).Draw(t, "perYuan"), MaxShare: rapid.Int64Range(0, 1000).Draw(t, "share")}
	return in
}

// INV-11, INV-27: the sums are exact, nothing is negative or free by arithmetic,
// every rule is named once, and the order in which rules are given is of no account.
func TestINV11AndINV27(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		q := price.Of(in)
		var list, pay, off int64
		byRule := map[int64]int64{}
		for i, l := range q.Lines {
			left := l.ListFen
			for _, d := range l.Discounts {
				if d.OffFen < 0 {
					t.Fatalf("a discount that adds: %+v", d)
				}
				left -= d.OffFen
				byRule[d.RuleID] += d.OffFen
				off += d.OffFen
			}
			if left != l.PayFen {
				t.Fatalf("line %d: %d less its discounts is %d, not %d", i, l.ListFen, left, l.PayFen)
			}
			if l.PayFen < 0 || l.ListFen > 0 && l.PayFen == 0 {
				t.Fatalf("line %d costs %d of %d", i, l.PayFen, l.ListFen)
			}
			list, pay = list+l.ListFen, pay+l.PayFen
		}
		if list != q.ListFen || pay != q.TotalFen || list-off != pay {
			t.Fatalf("%d − %d ≠ %d", list, off, pay)
		}
		seen := map[int64]int{}
		for _, a := range q.Applied {
			seen[a.RuleID]++
			if byRule[a.RuleID] != a.OffFen || a.OffFen <= 0 {
				t.Fatalf("rule %d says %d, the lines say %d", a.RuleID, a.OffFen, byRule[a.RuleID])
			}
		}
		for _, s := range q.NotApplied {
			seen[s.RuleID]++
			if s.Reason == "" {
				t.Fatalf("no reason for %+v", s)
			}
		}
		for _, r := range in.Rules {
			if seen[r.ID] != 1 {
				t.Fatalf("rule %d is named %d times", r.ID, seen[r.ID])
			}
		}
		if q.Points > in.Points.Balance {
			t.Fatalf("%d points of %d", q.Points, in.Points.Balance)
		}
		shuffled := in
		shuffled.Rules = rapid.Permutation(in.Rules).Draw(t, "order")
		if again := price.Of(shuffled); !reflect.DeepEqual(again, q) {
			t.Fatalf("another order gives another quote:\n%+v\n%+v", q, again)
		}
	})
}

// A newcomer price, a flash sale, … for goods in nobody's favour is never used.
func TestNothingIsEverDearer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		fewer := in
		fewer.Rules = nil
		fewer.Points = price.PointRule{}
		if price.Of(in).TotalFen > price.Of(fewer).TotalFen {
			t.Fatal("rules made it dearer")
		}
	})
}

// Who chooses a group pays the best price of a group that there is for one thing, and
// reads each lower one; who does not is never charged as in a group.
func TestAChosenGroupIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		in.Items, in.Group = in.Items[:1], true
		alone, groups := in, in
		alone.Group = false
		groups.Rules = slices.DeleteFunc(slices.Clone(in.Rules), func(r price.Rule) bool { return r.Kind != price.Group })
		together, only := price.Of(in), price.Of(groups)
		of := func(q price.Quote, kind price.Kind) bool {
			return slices.ContainsFunc(q.Applied, func(a price.Applied) bool { return a.Kind == kind })
		}
		if of(together, price.Group) != of(only, price.Group) {
			t.Fatalf("a group's price is lost to others: %+v", together)
		}
		if of(price.Of(alone), price.Group) {
			t.Fatal("a group's price without a group")
		}
		unit := in.Items[0].ListFen
		for _, a := range together.Applied {
			if a.Kind == price.Group {
				unit -= a.OffFen / in.Items[0].Quantity
			}
		}
		for _, n := range together.NotApplied {
			if n.AloneFen != 0 && (!of(together, price.Group) || n.AloneFen >= unit) {
				t.Fatalf("%+v is no lower than %d", n, unit)
			}
		}
	})
}

func BenchmarkQuote20(b *testing.B) {
	in := price.Input{At: now, Platform: "h5", Items: []price.Item{course(1, 16900)}, Tiers: []int64{5}}
	for i := range 20 {
		kinds := []price.Kind{price.Newcomer, price.Flash, price.Member, price.Threshold, price.Coupon}
		in.Rules = append(in.Rules, rule(int64(i+1), kinds[i%5], func(r *price.Rule) {
			r.PriceFen, r.OffFen, r.Tiers = 16000-int64(i), 100+int64(i), []int64{5}
			r.Steps = []price.Step{{AtFen: 1000, OffFen: 50 + int64(i)}}
		}))
	}
	b.ReportAllocs()
	for b.Loop() {
		price.Of(in)
	}
}
