package page

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A page that the client has and the server does not know would answer 404.
func TestTheServerKnowsTheClientsPages(t *testing.T) {
	raw, err := os.ReadFile("../../../web/client/src/app/routes.ts")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`path: '([^']+)'`).FindAllStringSubmatch(string(raw), -1)
	if len(found) < 18 {
		t.Fatalf("only %d pages were read", len(found))
	}
	own := map[string]bool{"/course/:id": true, "/learn/:id": true, "/topic/:id": true, "/certificate/:code": true, "/card/:code": true, "/class/:id": true, "/teacher/:id": true}
	for _, m := range found {
		path := strings.ReplaceAll(m[1], ":kind", "user_agreement")
		if own[m[1]] || m[1] == "/lost" { // the client's word for: there is no such page
			continue
		}
		if _, ok := addressOf(strings.ReplaceAll(path, ":", "")); !ok {
			t.Errorf("%s answers 404", m[1])
		}
	}
	for _, path := range []string{"/lost", "/no/such/page", "/wp-login.php", "/agreement/none", "/order", "/order//", "/orders/1", "/features/home/HomePage", "/me/x", "//", "/Courses"} {
		if a, ok := addressOf(path); ok && path != "//" {
			t.Errorf("%s is taken for %s", path, a.path)
		}
	}
	if _, ok := addressOf("/courses/"); !ok {
		t.Error("a slash at the end is refused")
	}
}
