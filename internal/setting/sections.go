package setting

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhizhou/internal/errs"
)

// Shop is how the school presents itself.
type Shop struct {
	Name   string `json:"name" minLength:"1" maxLength:"20" doc:"Name of the school"`
	Slogan string `json:"slogan" maxLength:"60" doc:"One sentence below the name"`
	Logo   string `json:"logo" maxLength:"200" doc:"Blob key of the logo"`
	ICP    string `json:"icp" maxLength:"60" doc:"ICP filing number, shown at the foot"`
	Phone  string `json:"phone" maxLength:"30" doc:"Customer service phone"`
}

// Key implements Section.
func (*Shop) Key() string { return "shop" }

// Public implements Section: nothing here is secret.
func (s *Shop) Public() any { return *s }

// Defaults of a shop that nobody has named yet.
func NewShop() *Shop { return &Shop{Name: "知舟", Slogan: "把学过的，变成会的"} }

// WeChat holds the identities of the mini program and the official account.
type WeChat struct {
	MiniAppID      string `json:"mini_app_id" maxLength:"40"`
	MiniSecret     string `json:"mini_secret" maxLength:"80"`
	OfficialAppID  string `json:"official_app_id" maxLength:"40"`
	OfficialSecret string `json:"official_secret" maxLength:"80"`
	PushToken      string `json:"push_token" maxLength:"40"`
	PushAESKey     string `json:"push_aes_key" maxLength:"50"`

	Retired []Retired `json:"retired" required:"false" nullable:"false" maxItems:"12" doc:"Replaced keys that are still accepted; leave one out to end it"`
}

// Key implements Section.
func (*WeChat) Key() string { return "wechat" }

// Public implements Section.
func (w *WeChat) Public() any {
	c := *w
	c.MiniSecret, c.OfficialSecret, c.PushToken, c.PushAESKey = hide(c.MiniSecret), hide(c.OfficialSecret), hide(c.PushToken), hide(c.PushAESKey)
	return c
}

// Keep fills secrets that came back hidden, unchanged, from before, and remembers those
// that were replaced at now (ms).
func (w *WeChat) Keep(before *WeChat, now int64) {
	keep(&w.MiniSecret, before.MiniSecret)
	keep(&w.OfficialSecret, before.OfficialSecret)
	keep(&w.PushToken, before.PushToken)
	keep(&w.PushAESKey, before.PushAESKey)
	w.Retired = retire(before.Retired, w.Retired, slices.Concat(
		replaced(PushToken, "", before.PushToken, w.PushToken), replaced(PushAESKey, "", before.PushAESKey, w.PushAESKey),
	), now)
}

// Payment holds the merchant's keys and which channel serves which platform.
type Payment struct {
	MchID          string `json:"mch_id" maxLength:"32"`
	MerchantSerial string `json:"merchant_serial" maxLength:"80"`
	MerchantKey    string `json:"merchant_key" maxLength:"8000" doc:"PEM of the merchant's private key"`
	APIv3Key       string `json:"api_v3_key" maxLength:"64"`
	Mode           string `json:"mode" enum:"public_key,platform_certificate"`
	PublicKeyID    string `json:"public_key_id" maxLength:"80"`
	PublicKeyPEM   string `json:"public_key_pem" maxLength:"8000"`

	OfferID    string `json:"offer_id" maxLength:"40" doc:"Virtual payment"`
	AppKey     string `json:"app_key" maxLength:"80" doc:"Virtual payment, of the chosen environment"`
	VirtualEnv int    `json:"virtual_env" enum:"0,1" doc:"0 live, 1 sandbox"`

	AlipayAppID     string `json:"alipay_app_id" required:"false" maxLength:"32"`
	AlipaySellerID  string `json:"alipay_seller_id" required:"false" maxLength:"32" doc:"PID of the receiving account"`
	AlipayAppKey    string `json:"alipay_app_key" required:"false" maxLength:"8000" doc:"The application's private key, PEM or bare base64"`
	AlipayPublicKey string `json:"alipay_public_key" required:"false" maxLength:"8000" doc:"Alipay's public key"`

	FourEyesFen int64 `json:"four_eyes_fen" required:"false" minimum:"0" doc:"From this amount on two members of staff approve a refund or a withdrawal; 0: one is enough"`

	TransferSceneID string `json:"transfer_scene_id" required:"false" maxLength:"20" doc:"Scene of merchant transfers; empty: 1005, commissions"`
	TransferPost    string `json:"transfer_post" required:"false" maxLength:"60" doc:"What the scene reports as the receiver's post; empty: 推广人员"`
	TransferReward  string `json:"transfer_reward" required:"false" maxLength:"60" doc:"What it reports as the reason; empty: 课程推广佣金"`

	// Policy maps "platform/kind of goods" to the channels that a buyer may choose
	// from, parted by commas, the usual one first; "" sells nothing there.
	Policy map[string]string `json:"policy" doc:"platform/goods → channels, parted by commas, the usual one first"`

	Retired []Retired `json:"retired" required:"false" nullable:"false" maxItems:"12" doc:"Replaced keys that are still accepted; leave one out to end it"`
}

// Key implements Section.
func (*Payment) Key() string { return "payment" }

// Public implements Section.
func (p *Payment) Public() any {
	c := *p
	c.MerchantKey, c.APIv3Key, c.AppKey, c.AlipayAppKey = hide(c.MerchantKey), hide(c.APIv3Key), hide(c.AppKey), hide(c.AlipayAppKey)
	c.Retired = hideAll(p.Retired)
	return c
}

// Keep fills secrets that came back hidden, unchanged, from before, and remembers those
// that were replaced at now (ms).
func (p *Payment) Keep(before *Payment, now int64) {
	keep(&p.MerchantKey, before.MerchantKey)
	keep(&p.APIv3Key, before.APIv3Key)
	keep(&p.AppKey, before.AppKey)
	keep(&p.AlipayAppKey, before.AlipayAppKey)
	var gone []Retired
	if before.MchID != "" { // without a merchant the keys were never checked, nor used
		gone = append(replaced(APIv3Key, "", before.APIv3Key, p.APIv3Key), replaced(WechatPublicKey, before.PublicKeyID, before.PublicKeyPEM, p.PublicKeyPEM)...)
	}
	if before.AlipayAppID != "" {
		gone = append(gone, replaced(AlipayPublicKey, "", before.AlipayPublicKey, p.AlipayPublicKey)...)
	}
	p.Retired = retire(before.Retired, p.Retired, gone, now)
}

// DefaultPolicy is what WeChat's rules of 2026 ask for: digital goods inside the
// mini program go through virtual payment on every terminal.
var DefaultPolicy = map[string]string{
	"mp_ios/digital_service": "wechat_virtual", "mp_android/digital_service": "wechat_virtual",
	"wechat_h5/digital_service": "wechat_jsapi", "h5/digital_service": "wechat_h5", "pc/digital_service": "wechat_native",
	// What people do is no virtual good: it is paid for as goods are.
	"mp_ios/service": "wechat_mini", "mp_android/service": "wechat_mini", "wechat_h5/service": "wechat_jsapi", "h5/service": "wechat_h5", "pc/service": "wechat_native",
	"mp_ios/goods": "wechat_mini", "mp_android/goods": "wechat_mini", "wechat_h5/goods": "wechat_jsapi", "h5/goods": "wechat_h5", "pc/goods": "wechat_native",
	"mp_ios/book": "wechat_mini", "mp_android/book": "wechat_mini", "wechat_h5/book": "wechat_jsapi", "h5/book": "wechat_h5", "pc/book": "wechat_native",
}

// policyWords are the channels that a policy may name; "" sells nothing there.
var policyWords = []string{"", "wechat_jsapi", "wechat_mini", "wechat_h5", "wechat_native", "wechat_virtual", "alipay_wap", "alipay_page"}

// alipayPlaces says where Alipay's pages work: WeChat's browser blocks them, and a
// mini program cannot open them.
var alipayPlaces = map[string]string{"alipay_wap": "h5", "alipay_page": "pc"}

// Channels returns what a policy's entry names, the usual one first.
func Channels(entry string) []string {
	if entry == "" {
		return nil
	}
	return strings.Split(entry, ",")
}

// ErrPolicy is returned by Check.
var ErrPolicy = errs.New(errs.Invalid, "policy_invalid", "通道策略里有不认识的平台或通道")

// Check refuses a policy that names unknown platforms, goods or channels.
func (p *Payment) Check() error {
	for place, entry := range p.Policy {
		platform, goods, _ := strings.Cut(place, "/")
		_, known := DefaultPolicy[place]
		seen := map[string]bool{}
		for channel := range strings.SplitSeq(entry, ",") {
			if channel == "wechat_virtual" && goods != "digital_service" {
				return ErrPolicy.Field("policy", "只有线上课程能走虚拟支付："+place)
			}
			only := alipayPlaces[channel]
			if !known || !slices.Contains(policyWords, channel) || seen[channel] || channel == "" && entry != "" || only != "" && only != platform {
				return ErrPolicy.Field("policy", place+" → "+entry)
			}
			seen[channel] = true
		}
	}
	return nil
}

// NewPayment returns the defaults.
func NewPayment() *Payment {
	p := &Payment{Mode: "public_key", Policy: map[string]string{}}
	for k, v := range DefaultPolicy {
		p.Policy[k] = v
	}
	return p
}

// hidden stands for a secret that is set; sent back unchanged it keeps the secret.
const hidden = "••••••••"

func hide(s string) string {
	if s == "" {
		return ""
	}
	return hidden
}

func keep(now *string, before string) {
	if *now == hidden {
		*now = before
	}
}

// Talk is what may not be said in live rooms.
type Talk struct {
	Words []string `json:"words" nullable:"false" maxItems:"1000" doc:"A message with one of them is refused; case, width and signs between letters do not matter"`
}

// Key implements Section.
func (*Talk) Key() string { return "talk" }

// Public implements Section: nothing here is secret.
func (t *Talk) Public() any { return *t }

// NewTalk returns the defaults: no words.
func NewTalk() *Talk { return &Talk{Words: []string{}} }

// ErrTalk is returned by Check.
var ErrTalk = errs.New(errs.Invalid, "talk_setting", "请检查词表")

// Check leaves each word once, without spaces around it, and refuses what is no word: a
// single sign would match every message or none.
func (t *Talk) Check() error {
	seen := map[string]bool{}
	words := []string{}
	for _, w := range t.Words {
		if w = strings.TrimSpace(w); w == "" || seen[w] {
			continue
		}
		if utf8.RuneCountInString(w) > 40 || !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			return ErrTalk.Field("words", "「"+w+"」：每个词不超过 40 个字，要有文字或数字")
		}
		seen[w] = true
		words = append(words, w)
	}
	t.Words = words
	return nil
}

// Points is how points are earned and paid with.
type Points struct {
	PerYuan      int64 `json:"per_yuan" minimum:"1" maximum:"100000" doc:"So many points pay ¥1"`
	MaxShare     int64 `json:"max_share" minimum:"0" maximum:"90" doc:"At most so many percent of an order; 0: points do not pay"`
	EarnPerYuan  int64 `json:"earn_per_yuan" minimum:"0" maximum:"10000" doc:"For each yuan that was paid; 0: none"`
	ExpiryMonths int64 `json:"expiry_months" minimum:"0" maximum:"120" doc:"0: they stay for good"`
}

// Key implements Section.
func (*Points) Key() string { return "points" }

// Public implements Section: nothing here is secret.
func (p *Points) Public() any { return *p }

// NewPoints returns the defaults: points neither pay nor are earned.
func NewPoints() *Points { return &Points{PerYuan: 100} }

// Share says how what came by shares is counted.
type Share struct {
	WindowDays int64  `json:"window_days" minimum:"1" maximum:"90" doc:"So many days before a registration or a purchase a landing counts"`
	Rule       string `json:"rule" enum:"last,first" doc:"Which touch of several a commission is owed to"`
}

// Key implements Section.
func (*Share) Key() string { return "share" }

// Public implements Section: nothing here is secret.
func (s *Share) Public() any { return *s }

// NewShare returns the defaults: thirty days, the last touch.
func NewShare() *Share { return &Share{WindowDays: 30, Rule: "last"} }

// SignIn says what daily sign-ins give.
type SignIn struct {
	Points  int64 `json:"points" minimum:"0" maximum:"1000" doc:"For each day; 0: nobody signs in"`
	Bonus   int64 `json:"bonus" minimum:"0" maximum:"10000" doc:"Besides, for each seventh day in a row"`
	MakeUps int64 `json:"make_ups" minimum:"0" maximum:"7" doc:"Missed days that may be made up in a month"`
}

// Key implements Section.
func (*SignIn) Key() string { return "sign_in" }

// Public implements Section: nothing here is secret.
func (s *SignIn) Public() any { return *s }

// NewSignIn returns the defaults: nobody signs in.
func NewSignIn() *SignIn { return &SignIn{MakeUps: 2} }

// Partner says whether people may become partners, and what helps those who are.
type Partner struct {
	Open  bool   `json:"open" doc:"Learners may apply; who is a partner stays one either way"`
	Guide string `json:"guide" maxLength:"12000" doc:"How to promote well, in paragraphs; sent when somebody becomes a partner"`
}

// Key implements Section.
func (*Partner) Key() string { return "partner" }

// Public implements Section: nothing here is secret.
func (p *Partner) Public() any { return *p }

// ErrPartner is returned by Check.
var ErrPartner = errs.New(errs.Invalid, "partner_setting", "请检查合伙设置")

// Check refuses an empty or overlong guide.
func (p *Partner) Check() error {
	p.Guide = strings.TrimSpace(p.Guide)
	if n := utf8.RuneCountInString(p.Guide); n < 20 || n > 3000 {
		return ErrPartner.Field("guide", "指南为 20–3000 个字")
	}
	return nil
}

// NewPartner returns the defaults: nobody may apply.
func NewPartner() *Partner {
	return &Partner{Guide: "先学再推。只推荐自己学过、用过的课，说清楚它帮到了什么人、帮不到什么人。\n\n" +
		"用证据说话。学习证据卡上的每个数字都能扫码核验，比形容词更让人放心。\n\n" +
		"发给合适的人。一对一、小群里说明为什么想到对方；不刷屏、不群发陌生人。\n\n" +
		"不夸大、不承诺收益。课程讲什么、多少钱、怎么退，都以课程页为准。\n\n" +
		"只有真实成交才有佣金，退款会按比例扣回；最多两级，不收任何费用，也没有拉人头的奖励。单纯转发不计奖励。"}
}
