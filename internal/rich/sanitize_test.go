package rich_test

import (
	"strings"
	"testing"

	"zhizhou/internal/rich"
)

// What could run, load from elsewhere or cover the page does not pass; what the
// editor makes does.
func TestSanitizeKeepsOnlyWhatTheEditorMakes(t *testing.T) {
	for in, want := range map[string]string{
		`<p>好<script>alert(1)</script></p>`:                                  `<p>好</p>`,
		`<p onclick="x()">好</p>`:                                             `<p>好</p>`,
		`<img src="/media/i/ab/x.jpg" onerror="x()">`:                        `<img src="/media/i/ab/x.jpg" loading="lazy"/>`,
		`<img src="https://evil.example/x.jpg">`:                             ``,
		`<img src="data:image/png;base64,AAAA">`:                             ``,
		`<img src="/media/i/../../api/me">`:                                  ``,
		`<a href="javascript:alert(1)">x</a>`:                                `x`,
		`<a href="&#106;avascript&colon;alert(1)">x</a>`:                     `x`,
		`<a href=" java` + "\n" + `script:alert(1)">x</a>`:                   `x`,
		`<a href="data:text/html,x">x</a>`:                                   `x`,
		`<p style="position:fixed;inset:0">x</p>`:                            `<p>x</p>`,
		`<style>p{display:none}</style>x`:                                    `x`,
		`<svg><script>alert(1)</script><text>t</text></svg>x`:                `x`,
		`<svg/onload=alert(1)>x`:                                             ``,
		`<iframe src="/console"></iframe>x`:                                  `x`,
		`<math><mtext><table><mglyph><style><img src=x onerror=a()></math>x`: ``,
		`<form action="/x"><input name=a>x</form>`:                           `x`,
		`&lt;script&gt;alert(1)&lt;/script&gt;`:                              `&lt;script&gt;alert(1)&lt;/script&gt;`,
		`<!--[if IE]><script>x</script><![endif]-->x`:                        `x`,
		`<div>a</div><span>b</span>`:                                         `ab`,
		`<p>open<b>bold`:                                                     `<p>open<b>bold</b></p>`,
		`<figure data-asset="12"><script>x</script></figure>`:                ``,
		`<figure><img src="/media/i/a.png" alt="图" width="800" height="600"><figcaption>说明</figcaption></figure>`: `<figure><img src="/media/i/a.png" alt="图" width="800" height="600" loading="lazy"/><figcaption>说明</figcaption></figure>`,
		`<figure><img src="/media/i/a.png"><figcaption></figcaption></figure>`:                                    `<figure><img src="/media/i/a.png" loading="lazy"/></figure>`,
		`<pre><code class="language-go">a &lt; b</code></pre>`:                                                    `<pre><code class="language-go">a &lt; b</code></pre>`,
		`<code class="x y">a</code>`: `<code>a</code>`,
		`<table><tbody><tr><th colspan="2">a</th><td rowspan="0">b</td></tr></tbody></table>`: `<table><tbody><tr><th colspan="2">a</th><td>b</td></tr></tbody></table>`,
		`<ol start="3"><li>x</li></ol>`: `<ol start="3"><li>x</li></ol>`,
	} {
		if got := rich.Sanitize(in); got != want {
			t.Errorf("%s\n gives %s\n  want %s", in, got, want)
		}
	}
	if got := rich.Article(`<figure data-asset="12"><p>x</p></figure><figure data-asset="1x">y</figure>`); got != `<figure data-asset="12"></figure><figure>y</figure>` {
		t.Errorf("videos: %s", got)
	}
	if a := rich.Assets(rich.Article(`<p>&lt;figure data-asset="7"&gt;</p><figure data-asset="12"></figure><figure data-asset="12"></figure>`)); len(a) != 1 || a[0] != "12" {
		t.Errorf("assets: %v", a)
	}
}

// A formula is drawn from its source alone, whatever was written beside it.
func TestFormulas(t *testing.T) {
	got := rich.Sanitize(`<p>设 <span data-tex="\frac{a}{b}"><img src=x onerror=alert(1)>old</span> 得</p><div data-tex="x^2"></div>`)
	for _, want := range []string{`<span data-tex="\frac{a}{b}"><math><mrow><mfrac><mi>a</mi><mi>b</mi></mfrac></mrow></math></span>`, `<div data-tex="x^2"><math display="block">`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if strings.Contains(got, "old") || strings.Contains(got, "style") || strings.Contains(got, "annotation") {
		t.Error(got)
	}
	if got := rich.Sanitize(`<span data-tex="\frac{a"></span>`); got != `<span data-tex="\frac{a"><code>\frac{a</code></span>` {
		t.Errorf("one that is not finished: %s", got)
	}
	for _, bad := range []string{`\frac{a`, `\newcommand{\a}{\a\a}\a`, `\nosuchthing{x}\href{javascript:x}{y}`, strings.Repeat("x", 2001), ``} {
		if out, err := rich.Formula(bad, true); err == nil {
			t.Errorf("%q was drawn: %s", bad, out)
		}
	}
	for _, good := range []string{`\sum_{i=1}^n i = \frac{n(n+1)}{2}`, `\begin{pmatrix}1&2\\3&4\end{pmatrix}`, `\text{利润} = 收入 - 成本`, `\int_0^\infty e^{-x^2}\,dx`, `\sqrt[3]{x}`, `\begin{cases}x&x>0\\-x&x<0\end{cases}`, `a<b`, `\alpha\le\beta`, `\left(\frac12\right)`, `\overline{AB}`, `\vec{v}`} {
		if _, err := rich.Formula(good, false); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, s := range []string{`<p>a<b>b`, `<table><td><p><div data-tex="x">`, `<span data-tex="x^2">`, `<math><mtext><style><a title="</style><img src onerror=x>">`, `<figure data-asset="1"><figcaption>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := rich.Article(s)
		if twice := rich.Article(once); twice != once {
			t.Fatalf("%q\n became %q\n   then %q", s, once, twice)
		}
		low := strings.ToLower(once)
		for _, bad := range []string{"<script", "<iframe", "<svg", "<style", "<img src=\"http", "<object", "<embed"} {
			if strings.Contains(low, bad) {
				t.Fatalf("%q holds %s", once, bad)
			}
		}
	})
}
