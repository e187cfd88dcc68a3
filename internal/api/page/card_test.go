package page

import (
	"net/http/httptest"
	"strings"
	"testing"

	cards "zhizhou/internal/card"
)

// What a partner calls themselves is text on the page, whatever it is made of.
func TestAPartnersNameIsText(t *testing.T) {
	p := &pages{shell: []byte("<html><head>" + headMark + "</head></html>")}
	w := httptest.NewRecorder()
	p.write(w, head{description: "数据可查。" + together(cards.Brand{Name: `<b>"大路`}) + together(cards.Brand{})})
	if doc := w.Body.String(); !strings.Contains(doc, `content="数据可查。和 &lt;b&gt;&#34;大路一起学。"`) {
		t.Error(doc)
	}
}

func TestANameStandsBetweenChinese(t *testing.T) {
	for name, want := range map[string]string{"大路书院": "大路书院", "ABC": " ABC ", "3 号书院": " 3 号书院"} {
		if got := spaced(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}

func TestANameIsSetOffFromChinese(t *testing.T) {
	for name, want := range map[string]string{"学员 2158": "学员 2158 ", "沈牧之": "沈牧之", "Lin": "Lin ", "沈*": "沈* "} {
		if got := apart(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}
