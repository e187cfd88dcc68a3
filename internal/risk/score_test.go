package risk

import "testing"

var bands = Bands{Check: 30, Delay: 45, Review: 60, Block: 110}

func TestScore(t *testing.T) {
	rules := []Rule{
		{ID: 1, Feature: "age_hours", Comparison: "le", Threshold: 23, Points: 15, Action: Allow, Enabled: 1, Version: 3},
		{ID: 2, Feature: "kin", Comparison: "ge", Threshold: 2, Points: 50, Action: Allow, Enabled: 1},
		{ID: 3, Feature: "refund_percent", Comparison: "ge", Threshold: 60, Points: 0, Action: Review, Enabled: 1},
		{ID: 4, Feature: "ring", Comparison: "ge", Threshold: 1, Points: 200, Action: Allow, Enabled: 0},
		{ID: 5, Feature: "gone", Comparison: "ge", Threshold: 0, Points: 200, Action: Block, Enabled: 1},
	}
	for name, x := range map[string]struct {
		f      Features
		points int64
		why    int
		action string
	}{
		"nothing":               {Features{AgeHours: 24}, 0, 0, Allow},
		"at the threshold":      {Features{AgeHours: 23}, 15, 1, Allow},
		"added up":              {Features{AgeHours: 1, Kin: 2}, 65, 2, Review},
		"one less":              {Features{AgeHours: 24, Kin: 1}, 0, 0, Allow},
		"a rule's own action":   {Features{AgeHours: 24, RefundPercent: 60}, 0, 1, Review},
		"switched off, unknown": {Features{AgeHours: 24, Ring: 9}, 0, 0, Allow},
	} {
		points, why, action := score(x.f, rules, bands)
		if points != x.points || len(why) != x.why || action != x.action {
			t.Errorf("%s: %d points, %v, %s", name, points, why, action)
		}
	}
	_, why, _ := score(Features{AgeHours: 5}, rules, bands)
	if why[0].Words != "注册 5 小时" || why[0].Version != 3 || why[0].Value != 5 {
		t.Errorf("%+v", why[0])
	}
}

// However many rules look at an address, what they say stays below the first action.
func TestNoAddressIsEnough(t *testing.T) {
	var rules []Rule
	for i := range int64(5) {
		rules = append(rules, Rule{ID: i, Feature: "block_idle", Comparison: "ge", Threshold: 1, Points: 29, Action: Allow, Enabled: 1})
	}
	if points, _, action := score(Features{BlockIdle: 100}, rules, bands); action != Allow || points >= bands.Check {
		t.Fatalf("%d points, %s", points, action)
	}
}

func TestBands(t *testing.T) {
	for points, want := range map[int64]string{0: Allow, 29: Allow, 30: Check, 44: Check, 45: Delay, 59: Delay, 60: Review, 109: Review, 110: Block} {
		if got := bands.of(points); got != want {
			t.Errorf("%d points: %s", points, got)
		}
	}
	if share(3, 2, 8) != 0 || share(4, 8, 8) != 50 || share(0, 0, 0) != 0 {
		t.Error("shares of too few")
	}
}
