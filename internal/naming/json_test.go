package naming

import (
	"slices"
	"testing"
)

func TestNumbersInTheLogAreOfSomething(t *testing.T) {
	for text, want := range map[string][]Ref{
		`{"InstructorID":5,"title":"7","price_fen":9}`:  {{"instructor", 5}},
		`{"scope":{"skus":[3,4],"kinds":["course"]}}`:   {{"sku", 3}, {"sku", 4}},
		`[{"order_item_id":8},{"SKUID":9,"user_id":0}]`: {{"order_item", 8}, {"sku", 9}},
		`{"Scope":"{\"skus\":[3]}","Note":"{"}`:         {{"sku", 3}},
		`12`:                                            nil, ``: nil, `{"lesson_id":1.5}`: nil,
	} {
		if got := In(text); !slices.Equal(got, want) {
			t.Errorf("%s mentions %v, not %v", text, got, want)
		}
	}
	for text, want := range map[string]Ref{"course:12": {"course", 12}, "setting:shop": {}, "questions": {}} {
		if got, ok := Parse(text); ok != (want.ID > 0) || ok && got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}
