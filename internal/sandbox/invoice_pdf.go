package sandbox

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"

	"zhizhou/internal/clock"
	"zhizhou/internal/money"
)

// invoicePDF draws a specimen: one page, with a font that every PDF reader brings
// for Chinese, so that nothing has to be embedded. It says that it is no invoice.
func invoicePDF(v *Invoice) []byte {
	var page bytes.Buffer
	put := func(x, y, size int, s string) {
		fmt.Fprintf(&page, "BT /F1 %d Tf %d %d Td <%s> Tj ET\n", size, x, y, utf16Hex(s))
	}
	line := func(x1, y1, x2, y2 int) { fmt.Fprintf(&page, "%d %d m %d %d l S\n", x1, y1, x2, y2) }
	sign, name := "", "电子发票（普通发票）"
	if v.Type == "special" {
		name = "电子发票（增值税专用发票）"
	}
	if v.RedOf != "" {
		sign, name = "-", "红字"+name
	}
	page.WriteString("0.5 w\n")
	put(150, 360, 16, "模拟环境样张，不是发票")
	put(180, 335, 14, name)
	put(400, 345, 9, "发票号码："+v.Number)
	put(400, 330, 9, "开票日期："+v.IssuedAt.In(clock.China).Format("2006年01月02日"))
	put(40, 300, 9, "购买方  "+v.BuyerName+"  "+v.BuyerTaxNo)
	put(40, 284, 9, "销售方  "+v.SellerName+"  "+v.SellerTaxNo)
	line(40, 274, 560, 274)
	for i, s := range []string{"项目名称", "税收分类编码", "金额", "税率", "税额"} {
		put([]int{40, 220, 350, 430, 500}[i], 262, 9, s)
	}
	line(40, 256, 560, 256)
	y, gross, tax := 242, int64(0), int64(0)
	for _, l := range v.Lines {
		put(40, y, 9, clipRunes(l.Name, 18))
		put(220, y, 9, l.TaxCode)
		put(350, y, 9, sign+money.Yuan(l.AmountFen-l.TaxFen))
		put(430, y, 9, fmt.Sprintf("%d%%", l.RateBps/100))
		put(500, y, 9, sign+money.Yuan(l.TaxFen))
		gross, tax, y = gross+l.AmountFen, tax+l.TaxFen, y-15
	}
	line(40, y+8, 560, y+8)
	put(40, y-8, 9, fmt.Sprintf("合计  金额 ¥%s%s  税额 ¥%s%s  价税合计 ¥%s%s", sign, money.Yuan(gross-tax), sign, money.Yuan(tax), sign, money.Yuan(gross)))
	if v.RedOf != "" {
		put(40, y-26, 9, "被红冲蓝字发票号码："+v.RedOf+"  原因："+v.RedWhy)
	}
	return pdf([]string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 396] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 5 >> /FontDescriptor 7 0 R /DW 1000 /W [814 939 500] >>",
		"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
	})
}

// pdf puts numbered objects together with the table that finds them.
func pdf(objects []string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return out.Bytes()
}

func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

func clipRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}
