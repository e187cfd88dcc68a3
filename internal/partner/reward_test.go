package partner

import "testing"

func TestPrizeOfAPlan(t *testing.T) {
	place := Plan{Version: 1, Kind: ByPlace, FloorFen: 100_00, Steps: []Step{{From: 1, To: 1, Fen: 50_00}, {From: 2, To: 3, Fen: 20_00}}}
	kept := Plan{Version: 1, Kind: ByThreshold, FloorFen: 100_00, Steps: []Step{{KeptFen: 100_00, Fen: 10_00}, {KeptFen: 1000_00, Fen: 150_00}}}
	for _, c := range []struct {
		plan              Plan
		place, kept, want int64
	}{
		{Plan{}, 1, 1000_00, 0},
		{place, 1, 100_00, 50_00},
		{place, 1, 99_99, 0},
		{place, 2, 500_00, 20_00},
		{place, 3, 500_00, 20_00},
		{place, 4, 500_00, 0},
		{kept, 9, 99_99, 0},
		{kept, 9, 100_00, 10_00},
		{kept, 1, 999_99, 10_00},
		{kept, 1, 1000_00, 150_00},
	} {
		if got := c.plan.prize(c.place, c.kept); got != c.want {
			t.Errorf("%s place %d kept %d: %d, want %d", c.plan.Kind, c.place, c.kept, got, c.want)
		}
	}
}

func TestPlansThatCannotBeKept(t *testing.T) {
	ok := Plan{Kind: ByPlace, FloorFen: 100_00, WaitDays: 15, Steps: []Step{{From: 1, To: 1, Fen: 50_00}}}
	if err := ok.check(15); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(p *Plan){
		"kind":                 func(p *Plan) { p.Kind = "recruits" },
		"sooner than the hold": func(p *Plan) { p.WaitDays = 14 },
		"no floor":             func(p *Plan) { p.FloorFen = 0 },
		"nothing":              func(p *Plan) { p.Steps = nil },
		"more than half":       func(p *Plan) { p.Steps = []Step{{From: 1, To: 1, Fen: 50_01}} },
		"overlapping":          func(p *Plan) { p.Steps = []Step{{From: 1, To: 2, Fen: 1}, {From: 2, To: 3, Fen: 1}} },
		"backwards":            func(p *Plan) { p.Steps = []Step{{From: 3, To: 2, Fen: 1}} },
		"both":                 func(p *Plan) { p.Steps = []Step{{From: 1, To: 1, KeptFen: 200_00, Fen: 1}} },
		"below the floor":      func(p *Plan) { p.Kind, p.Steps = ByThreshold, []Step{{KeptFen: 50_00, Fen: 1}} },
		"falling": func(p *Plan) {
			p.Kind, p.Steps = ByThreshold, []Step{{KeptFen: 300_00, Fen: 2}, {KeptFen: 200_00, Fen: 1}}
		},
		"a half of it": func(p *Plan) { p.Kind, p.Steps = ByThreshold, []Step{{KeptFen: 200_00, Fen: 100_01}} },
	} {
		p := ok
		change(&p)
		if p.check(15) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
