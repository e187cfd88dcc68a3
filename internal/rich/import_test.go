package rich_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"zhizhou/internal/errs"
	"zhizhou/internal/rich"
)

var errPicture = errs.New(errs.Invalid, "media_broken", "图片已损坏")

// door decodes what it gets, as the real one does.
func door(_ context.Context, r io.Reader) (rich.Picture, error) {
	img, _, err := image.Decode(r)
	if err != nil {
		return rich.Picture{}, errPicture
	}
	return rich.Picture{URL: "/media/i/ab/pic.png", Width: int64(img.Bounds().Dx()), Height: int64(img.Bounds().Dy())}, nil
}

func dot(t testing.TB) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 3))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func take(t *testing.T, name string, raw []byte) (string, rich.Report) {
	t.Helper()
	out, rep, err := rich.Import(t.Context(), name, raw, door)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if again := rich.Article(out); again != out {
		t.Fatalf("what is imported is not what is saved:\n%s\n%s", out, again)
	}
	return out, rep
}

func has(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("lacks %s\nin %s", p, out)
		}
	}
}

func lists(t *testing.T, rep rich.Report, parts ...string) {
	t.Helper()
	for _, p := range parts {
		found := false
		for _, r := range rep.Rows {
			found = found || strings.Contains(r.Kind+" "+r.What+" "+r.Why, p)
		}
		if !found {
			t.Errorf("the report says nothing of %s: %+v", p, rep.Rows)
		}
	}
}

func TestMarkdown(t *testing.T) {
	md := "---\ntitle: x\n---\n# 总题\n\n## 小节\n\n**粗** *斜* ~~删~~ `代码` [链接](https://example.com)[坏](javascript:alert(1))\n\n- 一\n  1. 甲\n  2. 乙\n- [x] 做完\n\n> 引用\n\n| 甲 | 乙 |\n|---|:-:|\n| 1 | 2 |\n\n```go\na < b\n```\n\n设 $\\frac{a}{b}$，价 $5 到 $6。\n\n$$\nx^2 +\ny^2\n$$\n\n![网图](https://example.com/a.png)\n\n脚注[^1]\n\n[^1]: 说明\n\n<script>alert(1)</script><iframe src=\"https://evil.example\"></iframe>\n"
	out, rep := take(t, "课.md", []byte(md))
	has(t, out, "<h2>总题</h2>", "<h2>小节</h2>", "<strong>粗</strong> <em>斜</em> <s>删</s> <code>代码</code>", `<a href="https://example.com"`, "<ol><li>甲</li><li>乙</li></ol></li>", "☑ 做完", "<blockquote><p>引用</p></blockquote>",
		"<table><thead><tr><th>甲</th><th>乙</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>", `<pre><code class="language-go">a &lt; b`, `<span data-tex="\frac{a}{b}"><math>`, "价 $5 到 $6。", `<div data-tex="x^2 +`, "说明")
	if strings.Contains(out, "javascript") || strings.Contains(out, "script") || strings.Contains(out, "title: x") {
		t.Error(out)
	}
	lists(t, rep, "文件头", "网图 https://example.com/a.png 网上的图片不会替你下载", "脚本", "嵌入网页")
}

func TestHTML(t *testing.T) {
	page := `<html><head><title>题</title><style>p{}</style></head><body><div>散文<span style="font-weight: bold">粗</span></div><h1>一</h1><h2>一点一</h2><h1>二</h1>
		<section><p class="MsoNormal">段<o:p></o:p></p><img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(dot(t)) + `" alt="点"><img src="a.png"><img src="data:image/svg+xml;base64,PHN2Zz4="></section>
		<span class="math inline">\(x_1\)</span><math alttext="y^2"><mi>y</mi></math><math><mi>z</mi></math><ruby>漢<rt>hàn</rt></ruby><video src="v.mp4"></video><p onclick="x()">末</p></body></html>`
	out, rep := take(t, "a.html", []byte(page))
	has(t, out, "<p>散文<strong>粗</strong></p>", "<h2>一</h2>", "<h3>一点一</h3>", "<h2>二</h2>", "<p>段</p>", `<img src="/media/i/ab/pic.png" alt="点" width="4" height="3" loading="lazy"/>`, `data-tex="x_1"`, `data-tex="y^2"`, "漢（hàn）", "<p>末</p>")
	lists(t, rep, "a.png 文件里没有这张图", "（内嵌图片） 图片已损坏", "视频 v.mp4", "公式 z")
	if strings.Contains(out, "题") || rep.Pictures != 1 {
		t.Error(out, rep.Pictures)
	}
	if out, _ := take(t, "gbk.html", append([]byte("<meta charset=gbk><p>"), 0xc4, 0xe3, 0xba, 0xc3)); out != "<p>你好</p>" {
		t.Error(out)
	}
}

// parts packs a container.
func parts(t testing.TB, files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const docNS = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w" xmlns:r="r" xmlns:a="a" xmlns:wp="wp" xmlns:m="m" xmlns:mc="mc"><w:body>`

func word(t testing.TB, body string, more ...string) []byte {
	return parts(t, append([]string{"word/document.xml", docNS + body + `</w:body></w:document>`}, more...)...)
}

func TestWordFiles(t *testing.T) {
	body := `<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>标题</w:t></w:r></w:p>
	<w:p><w:r><w:t xml:space="preserve">前 </w:t></w:r><w:r><w:rPr><w:b/><w:i/></w:rPr><w:t>粗斜</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:t>平</w:t></w:r><w:hyperlink r:id="rL"><w:r><w:t>链</w:t></w:r></w:hyperlink><w:hyperlink r:id="rJ"><w:r><w:t>坏链</w:t></w:r></w:hyperlink><w:r><w:footnoteReference w:id="2"/></w:r></w:p>
	<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr><w:r><w:t>一</w:t></w:r></w:p>
	<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="5"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>
	<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr></w:pPr><w:r><w:t>二</w:t></w:r></w:p>
	<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>头</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>格</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>
	<w:p><w:r><w:drawing><wp:inline><wp:docPr descr="示意图"/><a:blip r:embed="rP"/></wp:inline></w:drawing></w:r><w:r><w:drawing><a:blip r:link="rX"/></w:drawing></w:r></w:p>
	<w:p><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:ins><w:r><w:t>添</w:t></w:r></w:ins><m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath></w:p>`
	raw := word(t, body,
		"word/styles.xml", `<w:styles xmlns:w="w"><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>`,
		"word/_rels/document.xml.rels", `<Relationships><Relationship Id="rL" Type="x/hyperlink" Target="https://example.com" TargetMode="External"/><Relationship Id="rJ" Type="x/hyperlink" Target="javascript:alert(1)" TargetMode="External"/><Relationship Id="rP" Type="x/image" Target="media/p.png"/><Relationship Id="rX" Type="x/image" Target="http://evil.example/x.png" TargetMode="External"/></Relationships>`,
		"word/numbering.xml", `<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num></w:numbering>`,
		"word/footnotes.xml", `<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>出处</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"word/media/p.png", string(dot(t)), "word/comments.xml", "<x/>", "word/header1.xml", "<x/>")
	out, rep := take(t, "课.docx", raw)
	has(t, out, "<h2>标题</h2>", "前 <strong><em>粗斜</em></strong>平<a href=\"https://example.com\"", "坏链[1]", "<ol><li>一<ul><li>甲</li></ul></li><li>二</li></ol>", `<th colspan="2"><p>头</p></th>`, "<td><p>格</p></td><td></td>",
		`<img src="/media/i/ab/pic.png" alt="示意图" width="4" height="3" loading="lazy"/>`, "添E=mc", "[1] 出处")
	if strings.Contains(out, "javascript") || strings.Contains(out, "删") || strings.Contains(out, "evil") {
		t.Error(out)
	}
	lists(t, rep, "http://evil.example/x.png", "公式 E=mc", "批注", "页眉页脚", "修订")
}

// Files that were made to harm are refused with a reason.
func TestHostileFiles(t *testing.T) {
	bomb := word(t, "", "word/media/zero.png", strings.Repeat("\x00", 30<<20))
	deep := word(t, strings.Repeat("<w:p>", 300)+strings.Repeat("</w:p>", 300))
	sealed := bytes.ReplaceAll(word(t, "<w:p><w:r><w:t>x</w:t></w:r></w:p>"), []byte("PK\x01\x02\x14\x00\x14\x00\x08"), []byte("PK\x01\x02\x14\x00\x14\x00\x09"))
	many := make([]string, 0, 10_000)
	for i := range 5000 {
		many = append(many, "e/"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+strings.Repeat("y", i/26), "")
	}
	for name, c := range map[string]struct {
		file string
		raw  []byte
		code string
	}{
		"a bomb":                 {"a.docx", bomb, "import_big"},
		"too deep":               {"a.docx", deep, "import_big"},
		"too many entries":       {"a.docx", parts(t, many...), "import_big"},
		"entities":               {"a.docx", parts(t, "word/document.xml", `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa">]><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>&x;&a;</w:t></w:r></w:p></w:body></w:document>`), "import_broken"},
		"a path that leaves":     {"a.docx", parts(t, "word/document.xml", "<x/>", "../../etc/cron.d/x", "x"), "import_broken"},
		"a name twice":           {"a.docx", parts(t, "word/document.xml", "<x/>", "word/document.xml", "<y/>"), "import_broken"},
		"encrypted":              {"a.docx", sealed, "import_sealed"},
		"the old kind":           {"a.docx", []byte("\xd0\xcf\x11\xe0old"), "import_kind"},
		"another container":      {"a.docx", parts(t, "mimetype", "application/epub+zip"), "import_kind"},
		"cut off":                {"a.docx", word(t, "<w:p/>")[:120], "import_broken"},
		"nothing in it":          {"a.docx", word(t, "<w:p/>"), "import_empty"},
		"no text":                {"a.html", []byte("<script>x</script>"), "import_empty"},
		"another kind":           {"a.pdf", []byte("%PDF-"), "import_kind"},
		"not UTF-8":              {"a.md", []byte{0xff, 0xfe, 0x41}, "import_broken"},
		"longer than an article": {"a.md", []byte(strings.Repeat("长", 800_001)), "import_long"},
	} {
		if out, _, err := rich.Import(t.Context(), c.file, c.raw, door); errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v %.60s, want %s", name, err, out, c.code)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("a.docx", word(f, `<w:p><w:r><w:t>x</w:t></w:r></w:p><w:tbl><w:tr><w:tc/></w:tr></w:tbl>`))
	f.Add("a.md", []byte("# x\n$a$ $$b$$ |a|\n|-|\n"))
	f.Add("a.html", []byte("<p><table><li><div><p><span data-tex=x>"))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		out, _, err := rich.Import(t.Context(), name, raw, door)
		if err == nil && rich.Article(out) != out {
			t.Fatalf("%q is not what is saved", out)
		}
	})
}
