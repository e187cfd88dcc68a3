package commerce

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"sync"
)

// frozen is a quote as it is stored: JSON, written once and understood at most once
// for each time that its order is read.
type frozen struct {
	text string
	read func() Quote
}

func freeze(q Quote) (f frozen, err error) {
	text, err := json.Marshal(q)
	if err != nil {
		return f, err
	}
	return f, f.Scan(string(text))
}

// Scan implements sql.Scanner.
func (f *frozen) Scan(stored any) error {
	text, ok := stored.(string)
	if !ok {
		return fmt.Errorf("commerce: a quote is stored as text, not %T", stored)
	}
	*f = frozen{text, sync.OnceValue(func() Quote {
		var q Quote
		_ = json.Unmarshal([]byte(text), &q) // written by this package alone
		return q
	})}
	return nil
}

// Value implements driver.Valuer.
func (f frozen) Value() (driver.Value, error) { return f.text, nil }
