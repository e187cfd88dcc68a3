package commerce

import (
	"context"
	"math"
)

// Outcome is what one price of an experiment has brought.
type Outcome struct {
	Variant
	Visitors   int64
	Buyers     int64
	RevenueFen int64 // what was kept after refunds
	Published  bool  // virtual payment can charge it
	Conversion Estimate
	PerVisitor Estimate // fen
}

// Estimate is a mean, and how it differs from the control with the ends of its
// interval of 95 %. The control differs by nothing.
type Estimate struct {
	Mean float64
	Diff float64
	Low  float64
	High float64
}

// FewVisitors and FewBuyers are below what an interval can be trusted with.
const (
	FewVisitors = 200
	FewBuyers   = 20
)

// Sample is what an estimate is made of: how many, their mean and their variance.
type Sample struct {
	N    float64
	Mean float64
	Var  float64
}

// Shares is the sample of n of whom some did.
func Shares(n, did int64) Sample {
	if n == 0 {
		return Sample{}
	}
	p := float64(did) / float64(n)
	return Sample{float64(n), p, p * (1 - p)}
}

// Sums is the sample of n with a sum and a sum of squares; who has nothing counts.
func Sums(n int64, sum, squares float64) Sample {
	if n < 2 {
		return Sample{N: float64(n), Mean: sum}
	}
	m := sum / float64(n)
	return Sample{float64(n), m, math.Max((squares-float64(n)*m*m)/float64(n-1), 0)}
}

// Compare gives the difference of b to a with Welch's interval of 95 %.
func Compare(a, b Sample) Estimate {
	e := Estimate{Mean: b.Mean, Diff: b.Mean - a.Mean}
	if a.N < 2 || b.N < 2 {
		e.Low, e.High = e.Diff, e.Diff
		return e
	}
	va, vb := a.Var/a.N, b.Var/b.N
	se, freedom := math.Sqrt(va+vb), math.Inf(1)
	if d := va*va/(a.N-1) + vb*vb/(b.N-1); d > 0 {
		freedom = (va + vb) * (va + vb) / d
	}
	t := quantile(freedom)
	e.Low, e.High = e.Diff-t*se, e.Diff+t*se
	return e
}

// quantile is Student's 97.5 % quantile, by the expansion around the normal one.
func quantile(freedom float64) float64 {
	const z = 1.959964
	if math.IsInf(freedom, 1) {
		return z
	}
	return z + (z*z*z+z)/(4*freedom) + (5*math.Pow(z, 5)+16*z*z*z+3*z)/(96*freedom*freedom)
}

// Outcomes returns what an experiment has brought so far, the control first.
func (s *Service) Outcomes(ctx context.Context, e Experiment, vs []Variant) ([]Outcome, error) {
	var visitors []struct{ VariantID, N int64 }
	if err := s.DB.List(ctx, qVisitors, &visitors, e.ID); err != nil {
		return nil, err
	}
	var revenues []struct {
		VariantID int64
		Buyers    int64
		Fen       int64
		Squares   float64
	}
	if err := s.DB.List(ctx, qTrialRevenues, &revenues, e.ID); err != nil {
		return nil, err
	}
	published, err := s.publishedPrices(ctx, e.SKUID)
	if err != nil {
		return nil, err
	}
	var out []Outcome
	var control [2]Sample
	for i, v := range vs {
		o := Outcome{Variant: v, Published: v.PriceFen == 0 || published[v.PriceFen]}
		for _, x := range visitors {
			if x.VariantID == v.ID {
				o.Visitors = x.N
			}
		}
		var squares float64
		for _, x := range revenues {
			if x.VariantID == v.ID {
				o.Buyers, o.RevenueFen, squares = x.Buyers, x.Fen, x.Squares
			}
		}
		shares, sums := Shares(o.Visitors, o.Buyers), Sums(o.Visitors, float64(o.RevenueFen), squares)
		if i == 0 {
			control = [2]Sample{shares, sums}
			o.Conversion, o.PerVisitor = Estimate{Mean: shares.Mean}, Estimate{Mean: sums.Mean}
		} else {
			o.Conversion, o.PerVisitor = Compare(control[0], shares), Compare(control[1], sums)
		}
		out = append(out, o)
	}
	return out, nil
}

func (s *Service) publishedPrices(ctx context.Context, skuID int64) (map[int64]bool, error) {
	o, err := s.Catalog.Offer(ctx, s.DB, skuID, "")
	if err != nil {
		return nil, nil //nolint:nilerr // it is not sold any more: nothing is published
	}
	fens, err := s.sellable(ctx, s.DB, o, true)
	out := map[int64]bool{}
	for _, fen := range fens {
		out[fen] = true
	}
	return out, err
}
