package naming

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// fields are what numbers in a JSON text are of, by the name of their field.
var fields = map[string]string{
	"course_id": "course", "courses": "course", "chapter_id": "chapter", "lesson_id": "lesson", "product_id": "product", "products": "product", "sku_id": "sku", "skuid": "sku", "skus": "sku",
	"instructor_id": "instructor", "category_id": "category", "categories": "category", "asset_id": "asset", "document_id": "document", "user_id": "user", "staff_id": "staff", "decided_by": "staff", "first_by": "staff", "created_by": "staff", "saved_by": "staff", "undo_by": "staff",
	"promotion_id": "promotion", "coupon_id": "coupon", "order_id": "order", "order_item_id": "order_item", "item_id": "order_item", "payment_id": "payment", "refund_id": "refund", "invoice_id": "invoice", "contract_id": "contract",
}

// In returns what a JSON text names by numbers, as the log of changes writes it.
func In(text string) []Ref {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return walk("", v, nil)
}

func walk(kind string, v any, out []Ref) []Ref {
	switch v := v.(type) {
	case map[string]any:
		for _, field := range slices.Sorted(maps.Keys(v)) {
			out = walk(fields[snake(field)], v[field], out)
		}
	case []any:
		for _, x := range v {
			out = walk(kind, x, out)
		}
	case string: // a rule keeps its scope as text
		if strings.HasPrefix(v, "{") {
			out = append(out, In(v)...)
		}
	case float64:
		if n := int64(v); kind != "" && n > 0 && float64(n) == v {
			out = append(out, Ref{kind, n})
		}
	}
	return out
}

// snake is a field's name as rows have it: from Go values and from maps alike.
func snake(field string) string {
	var b strings.Builder
	runes := []rune(field)
	for i, c := range runes {
		if unicode.IsUpper(c) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) && runes[i-1] != '_' {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
