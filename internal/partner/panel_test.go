package partner

import "testing"

// Equal figures share a rank, and the next one counts all before it.
func TestPartnerRanksAreShared(t *testing.T) {
	rows := []Place{{KeptFen: 900}, {KeptFen: 500}, {KeptFen: 500}, {KeptFen: 500}, {KeptFen: 100}}
	ranked(rows)
	for i, want := range []int64{1, 2, 2, 2, 5} {
		if rows[i].Rank != want {
			t.Fatalf("place %d has rank %d, want %d", i, rows[i].Rank, want)
		}
	}
}

// Staff moves a partnership along the graph alone, and what is over stays over.
func TestPartnerMoves(t *testing.T) {
	for from, list := range Moves {
		for _, to := range list {
			if to == Applied || to == Invited || from == to {
				t.Errorf("%s leads back to %s", from, to)
			}
		}
	}
	if len(Moves[Rejected])+len(Moves[Ended]) > 0 {
		t.Error("what is over is moved on")
	}
}
