package main

import (
	"fmt"
	"time"

	"zhizhou/internal/commerce/price"
)

// benchQuote prices one course under twenty candidate rules, on one core.
func benchQuote() {
	in := price.Input{At: time.Now().UnixMilli(), Platform: "h5", Items: []price.Item{{SKUID: 1, ProductID: 1, Kind: "course", ListFen: 16900, Quantity: 1}}, Tiers: []int64{5}}
	kinds := []price.Kind{price.Newcomer, price.Flash, price.Member, price.Threshold, price.Coupon}
	for i := range int64(20) {
		in.Rules = append(in.Rules, price.Rule{
			ID: i + 1, Kind: kinds[i%5], Label: "优惠", PriceFen: 16000 - i, OffFen: 100 + i, Tiers: []int64{5}, Steps: []price.Step{{AtFen: 1000, OffFen: 50 + i}},
			Left: price.Unlimited, BuyerLeft: price.Unlimited,
		})
	}
	var ours series
	for range rounds {
		const n = 100_000
		start := time.Now()
		for range n {
			price.Of(in)
		}
		ours = append(ours, n/time.Since(start).Seconds())
	}
	ours.print("T17 quotes, 20 candidate rules", "quotes/s, one core")
	word := "met"
	if ours.median() < 50_000 {
		word = "MISSED"
	}
	fmt.Printf("%-34s %12.0f  (target ≥ 50,000: %s)\n\n", "T17 median", ours.median(), word)
}
