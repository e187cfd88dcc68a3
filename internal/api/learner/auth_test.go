package learner

import "testing"

func TestReturnAddressStaysHere(t *testing.T) {
	for address, want := range map[string]bool{
		"/": true, "/course/1?a=b#c": true, "/learn/2": true,
		"": false, "//evil.example": false, "/\\evil.example": false, "/\t/evil.example/x": false, "\t//evil.example": false, "/\n/evil.example": false,
		"https://evil.example": false, "javascript:alert(1)": false, "evil.example": false, "/ /evil.example": false,
	} {
		if got := onSite(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
