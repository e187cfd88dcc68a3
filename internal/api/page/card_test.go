package page

import "testing"

func TestANameIsSetOffFromChinese(t *testing.T) {
	for name, want := range map[string]string{"学员 2158": "学员 2158 ", "沈牧之": "沈牧之", "Lin": "Lin ", "沈*": "沈* "} {
		if got := apart(name); got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}
