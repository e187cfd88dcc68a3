package invoice

import "testing"

// Half a fen goes up; nothing is lost between net and tax.
func TestTaxFen(t *testing.T) {
	for _, c := range []struct{ gross, bps, want int64 }{
		{10600, 600, 600}, {16900, 600, 957}, {1, 600, 0}, {100, 0, 0}, {11300, 1300, 1300}, {10900, 900, 900}, {9, 1300, 1}, {5, 10000, 3}, {10100, 100, 100}, {103, 300, 3},
	} {
		if got := TaxFen(c.gross, c.bps); got != c.want {
			t.Errorf("%d at %d: %d, want %d", c.gross, c.bps, got, c.want)
		}
	}
}

func TestTitlesAreChecked(t *testing.T) {
	good := Party{Kind: Enterprise, Name: "远帆科技", TaxNo: "9144 0300 ma5g 12345x"}
	if p, err := good.clean(); err != nil || p.TaxNo != "91440300MA5G12345X" {
		t.Fatal(p, err)
	}
	person := Party{Kind: Person, Name: "王小舟", TaxNo: "whatever", Bank: "某行"}
	if p, err := person.clean(); err != nil || p.TaxNo+p.Bank != "" {
		t.Fatal(p, err)
	}
	for name, change := range map[string]func(*Party){
		"kind": func(p *Party) { p.Kind = "school" }, "name": func(p *Party) { p.Name = " " }, "short": func(p *Party) { p.TaxNo = "123" }, "none": func(p *Party) { p.TaxNo = "" },
		"email": func(p *Party) { p.Email = "a@b, c@d" }, "named email": func(p *Party) { p.Email = "A <a@b.cn>" }, "mobile": func(p *Party) { p.Mobile = "12345" }, "account": func(p *Party) { p.Account = "DROP" },
	} {
		p := good
		change(&p)
		if _, err := p.clean(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// A state is left only along the graph, and the final ones never.
func TestStateGraph(t *testing.T) {
	for _, s := range []string{Rejected, Cancelled, RedIssued} {
		if len(Moves[s]) != 0 {
			t.Errorf("%s is not final", s)
		}
	}
	if !Allowed(Issued, RedRequested) || Allowed(Issued, Rejected) || Allowed(RedRequested, Issued) {
		t.Error("an issued invoice may only be taken back by a red letter")
	}
}

func FuzzKindOf(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n%%EOF"))
	f.Add([]byte("<?xml version=\"1.0\"?><a/>"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		kind, err := kindOf(raw)
		if (kind == "") != (err != nil) {
			t.Fatalf("%q %v", kind, err)
		}
	})
}
