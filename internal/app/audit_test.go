package app_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zhizhou/internal/db"
)

// The log is narrowed by who, what, to what and when, together too, and pages go on
// where the one before ended.
func TestTheLogIsNarrowed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		owner, editor := w.staff("owner"), w.staff("editor")
		create := func(p *person, title string) string {
			return fmt.Sprintf("course:%d", p.want(200, "", "POST", "/api/console/courses", map[string]any{"title": title}).num("id"))
		}
		w.clock.Advance(time.Minute)
		start := w.clock.Now().UnixMilli()
		first := create(owner, "第一门")
		w.clock.Advance(10 * time.Minute)
		noon := w.clock.Now().UnixMilli()
		second, third := create(editor, "第二门"), create(owner, "第三门")

		people := map[string]int64{}
		staff := owner.want(200, "", "GET", "/api/console/audit/staff", nil)
		for i := range staff.at("items").([]any) {
			people[staff.item(i, "items").str("name")] = staff.item(i, "items").num("id")
		}
		who := owner.want(200, "", "GET", "/api/console/audit?target="+second, nil).item(0, "items").str("actor_name")
		if people[who] == 0 {
			t.Fatalf("%q is not among %v", who, people)
		}
		for query, want := range map[string][]string{
			fmt.Sprintf("action=course.create&from=%d", start):                         {third, second, first},
			"action=course.create&target=" + first:                                     {first},
			fmt.Sprintf("action=course.create&staff_id=%d", people[who]):               {second},
			fmt.Sprintf("action=course.create&from=%d", noon):                          {third, second},
			fmt.Sprintf("action=course.create&from=%d&to=%d", start, noon):             {first},
			fmt.Sprintf("staff_id=%d&from=%d&to=%d", people[who], noon, noon+3600_000): {second},
			"action=course.create&target=course:1":                                     nil,
		} {
			var got []string
			for cursor, turns := "", 0; turns < 9; turns++ {
				page := owner.want(200, "", "GET", "/api/console/audit?limit=1&cursor="+cursor+"&"+query, nil)
				for i := range page.at("items").([]any) {
					got = append(got, page.item(i, "items").str("target"))
				}
				if cursor, _ = page.at("next_cursor").(string); cursor == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, not %v", query, got, want)
			}
		}
		editor.want(403, "", "GET", "/api/console/audit/staff", nil)
	})
}

// Every way to look through the log uses its index.
func TestTheLogIsFoundByIndex(t *testing.T) {
	w := newWorld(t, db.SQLite)
	file := must(sql.Open("sqlite", w.app.Config.DatabaseURL))(t)
	t.Cleanup(func() { _ = file.Close() })
	for name, index := range map[string]string{"list": "audit_log_at_idx", "list_action": "audit_log_action_idx", "list_target": "audit_log_target_at_idx", "list_staff": "audit_log_actor_idx"} {
		i := slices.IndexFunc(db.Statements(), func(q *db.Stmt) bool { return q.Name == "audit/"+name })
		rows, err := file.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+db.Statements()[i].Text(db.SQLite), 9, 9, 0, "a", "b", 1, 21)
		w.ok(err)
		var plan []string
		for rows.Next() {
			var id, parent, unused int64
			var detail string
			w.ok(rows.Scan(&id, &parent, &unused, &detail))
			plan = append(plan, detail)
		}
		w.ok(errors.Join(rows.Err(), rows.Close()))
		if text := strings.Join(plan, "\n"); !strings.Contains(text, index) || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s does not use %s alone:\n%s", name, index, text)
		}
	}
}
