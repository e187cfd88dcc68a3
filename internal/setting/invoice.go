package setting

import (
	"net/mail"
	"regexp"
	"strings"

	"zhizhou/internal/errs"
)

// Invoice is what the shop has decided about invoices.
type Invoice struct {
	Enabled     bool              `json:"enabled" doc:"Buyers may ask for invoices"`
	Issuer      string            `json:"issuer" enum:"manual,sandbox" doc:"Who issues: finance by hand, or the sandbox's issuer"`
	Special     bool              `json:"special" doc:"Special VAT invoices (专票) may be asked for"`
	IOS         bool              `json:"ios" doc:"Orders paid on Apple's devices are invoiced here too"`
	Days        int64             `json:"days" minimum:"1" maximum:"3650" doc:"So many days after payment"`
	MostFen     int64             `json:"most_fen" minimum:"0" doc:"One invoice at most; 0: no limit"`
	SellerName  string            `json:"seller_name" maxLength:"100"`
	SellerTaxNo string            `json:"seller_tax_no" maxLength:"20"`
	Codes       map[string]string `json:"codes" doc:"kind of goods → tax classification code of 19 digits, where an offer has none"`
	Note        string            `json:"note" maxLength:"200" doc:"Shown to buyers who ask"`
}

// Key implements Section.
func (*Invoice) Key() string { return "invoice" }

// Public implements Section: nothing here is secret.
func (v *Invoice) Public() any { return *v }

// NewInvoice returns the defaults.
func NewInvoice() *Invoice {
	return &Invoice{Enabled: true, Issuer: "manual", Days: 365, Codes: map[string]string{}, Note: "一般在 3 个工作日内开好"}
}

// ErrInvoice is returned by Check.
var ErrInvoice = errs.New(errs.Invalid, "invoice_setting", "请检查开票设置")

var (
	code19 = regexp.MustCompile(`^[0-9]{19}$`)
	taxNo  = regexp.MustCompile(`^[0-9A-Z]{15,20}$`)
)

// Check refuses codes and tax numbers that cannot be.
func (v *Invoice) Check() error {
	for kind, code := range v.Codes {
		if kind != "digital_service" && kind != "service" && kind != "book" && kind != "goods" || code != "" && !code19.MatchString(code) {
			return ErrInvoice.Field("codes", "税收分类编码是 19 位数字")
		}
	}
	if v.SellerTaxNo != "" && !taxNo.MatchString(v.SellerTaxNo) {
		return ErrInvoice.Field("seller_tax_no", "纳税人识别号是 15–20 位数字或大写字母")
	}
	if v.Issuer != "manual" && (v.SellerName == "" || v.SellerTaxNo == "") {
		return ErrInvoice.Field("seller_name", "自动开票要填销售方名称和税号")
	}
	return nil
}

// Mail is the server that mails are sent through.
type Mail struct {
	Host     string `json:"host" maxLength:"200" doc:"Empty: no mail is sent"`
	Port     int    `json:"port" minimum:"1" maximum:"65535"`
	Security string `json:"security" enum:"tls,starttls" doc:"tls: from the first byte (465); starttls: agreed first (587)"`
	User     string `json:"user" maxLength:"200"`
	Password string `json:"password" maxLength:"200"`
	From     string `json:"from" maxLength:"100" doc:"Address of the sender"`
	FromName string `json:"from_name" maxLength:"60"`
}

// Key implements Section.
func (*Mail) Key() string { return "mail" }

// Public implements Section.
func (m *Mail) Public() any {
	c := *m
	c.Password = hide(c.Password)
	return c
}

// Keep fills secrets that came back hidden, unchanged, from before.
func (m *Mail) Keep(before *Mail) { keep(&m.Password, before.Password) }

// NewMail returns the defaults.
func NewMail() *Mail { return &Mail{Port: 465, Security: "tls"} }

// ErrMail is returned by Check.
var ErrMail = errs.New(errs.Invalid, "mail_setting", "请检查邮件设置")

// Check refuses a server that nothing can be sent through.
func (m *Mail) Check() error {
	if m.Host == "" {
		return nil
	}
	if strings.ContainsAny(m.Host, " /:@\r\n") {
		return ErrMail.Field("host", "只填主机名，例如 smtp.example.com")
	}
	if a, err := mail.ParseAddress(m.From); err != nil || a.Address != m.From {
		return ErrMail.Field("from", "请填写发件邮箱")
	}
	return nil
}
