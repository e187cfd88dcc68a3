package pay

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"zhizhou/internal/errs"
)

// The classes of trouble. Each is one thing to do.
var (
	ErrRetry     = errs.New(errs.Unavailable, "pay_retry", "支付通道暂时繁忙，请稍后再试")
	ErrPaid      = errs.New(errs.Conflict, "pay_already_paid", "这笔订单已经支付，正在为您核对")
	ErrNewNumber = errs.New(errs.Conflict, "pay_new_number", "本次支付已失效，请重新发起支付")
	ErrConfig    = errs.New(errs.Unavailable, "pay_config", "支付通道配置有误，商家已收到提醒，请稍后再试")
	ErrUser      = errs.New(errs.Invalid, "pay_user", "支付身份已变化，请重新登录后再支付")
	ErrFunds     = errs.New(errs.Unavailable, "pay_funds", "商户可用余额不足，已经排队，请稍后查看")
	ErrNotFound  = errs.New(errs.NotFound, "pay_not_found", "支付通道没有这笔记录")
)

// The reasons to refuse a notification. Web turns each into a 4xx, which is the
// answer the channels expect. ErrNotifyProbe is WeChat testing that we verify:
// refuse it and raise no alarm.
var (
	ErrNotifySignature = errs.New(errs.Unauthenticated, "notify_signature", "通知签名不正确")
	ErrNotifyStale     = errs.New(errs.Unauthenticated, "notify_stale", "通知时间与本机相差超过五分钟")
	ErrNotifyProbe     = errs.New(errs.Unauthenticated, "notify_probe", "验签探测")
	ErrNotifyMalformed = errs.New(errs.Invalid, "notify_malformed", "通知格式不正确")
)

// Trouble is a refusal by the channel, decoded for the console. Its text never
// holds a request or answer body.
type Trouble struct {
	Class  *errs.E // one of the sentinels above
	Status int     // HTTP status, 0 when there was none
	Code   string  // the channel's code
	Msg    string  // the channel's words
	Advice string  // what the shop keeper should do, Chinese
	Cause  error   // network trouble, for the log; nil when the channel answered
}

func (t *Trouble) Error() string {
	s := t.Class.Code + " " + t.Code
	if t.Status != 0 {
		s += " (" + strconv.Itoa(t.Status) + ")"
	}
	if t.Cause != nil {
		s += ": " + t.Cause.Error()
	}
	return s
}

// Unwrap gives the class first, so that errors.Is(err, ErrPaid) works and web
// finds the words for the user, and then the cause.
func (t *Trouble) Unwrap() []error {
	if t.Cause == nil {
		return []error{t.Class}
	}
	return []error{t.Class, t.Cause}
}

// Advise returns the Trouble in err, or a retry for an error without one.
func Advise(err error) *Trouble {
	var t *Trouble
	if errors.As(err, &t) {
		return t
	}
	return Offline(err)
}

// Offline is the trouble of a call that brought no answer: the outcome is
// unknown, so the same call may be repeated and then queried. cause is kept for
// the log without the address, which may carry secrets.
func Offline(cause error) *Trouble {
	var u *url.Error
	if errors.As(cause, &u) {
		cause = u.Err
	}
	return &Trouble{Cause: cause, Class: ErrRetry, Code: "NO_ANSWER", Msg: "没有收到应答", Advice: "检查服务器能否访问支付通道，以及防火墙、域名解析和系统时间。"}
}

// Unverified is the trouble of a 2xx answer whose signature does not hold.
func Unverified() *Trouble {
	return &Trouble{Class: ErrConfig, Code: "ANSWER_SIGNATURE", Msg: "应答验签失败", Advice: "检查微信支付公钥与公钥 ID（或平台证书）是否属于本商户号，并校准服务器时间。"}
}

type rule struct {
	class  *errs.E
	advice string
}

// rules is the one place where a channel's code becomes a class. WeChat Pay v3
// codes and the numeric codes of the mini program servers share it.
var rules = map[string]rule{
	"SYSTEM_ERROR":        {ErrRetry, "微信支付系统异常，系统会用原单号重试。"},
	"SYSTEMERROR":         {ErrRetry, "微信支付系统异常，系统会用原单号重试。"},
	"FREQUENCY_LIMITED":   {ErrRetry, "调用太频繁，系统会稍后重试。"},
	"FREQUENCY_LIMIT":     {ErrRetry, "调用太频繁，系统会稍后重试。"},
	"RATELIMIT_EXCEEDED":  {ErrRetry, "调用太频繁，系统会稍后重试。"},
	"RATE_LIMIT_EXCEEDED": {ErrRetry, "调用太频繁，系统会稍后重试。"},
	"BANKERROR":           {ErrRetry, "银行系统异常，系统会用原单号重试。"},
	"BANK_ERROR":          {ErrRetry, "银行系统异常，系统会用原单号重试。"},

	"ORDERPAID":  {ErrPaid, "订单已支付，系统会查询并入账。"},
	"ORDER_PAID": {ErrPaid, "订单已支付，系统会查询并入账。"},
	"268449538":  {ErrPaid, "订单已支付，系统会查询并入账。"},
	"268498689":  {ErrPaid, "订单处理中，系统会查询真实状态。"},
	"268490004":  {ErrPaid, "重复操作，之前已成功，系统会查询真实状态。"},
	"-15002":     {ErrPaid, "单号已使用，系统会查询真实状态。"},

	"ORDER_CLOSED":      {ErrNewNumber, "原支付单已关闭，系统会换新单号。"},
	"268447914":         {ErrNewNumber, "原支付单已关闭，系统会换新单号。"},
	"OUT_TRADE_NO_USED": {ErrNewNumber, "单号已被使用，系统会换新单号。"},
	"268498688":         {ErrNewNumber, "同一单号参数不一致，系统会换新单号。"},
	"-15012":            {ErrNewNumber, "原支付单已关闭，系统会换新单号。"},

	"SIGN_ERROR":            {ErrConfig, "签名错误：检查商户号、商户证书序列号与商户私钥是否为同一套。"},
	"APPID_MCHID_NOT_MATCH": {ErrConfig, "AppID 没有绑定此商户号：到商户平台「产品中心 - AppID 账号管理」关联。"},
	"MCH_NOT_EXISTS":        {ErrConfig, "商户号不存在：检查商户号。"},
	"NO_AUTH":               {ErrConfig, "商户号没有开通此支付产品：到商户平台「产品中心」开通。"},
	"RULE_LIMIT":            {ErrConfig, "被业务规则限制：到商户平台查看风险与限额提示。"},
	"RULELIMIT":             {ErrConfig, "被业务规则限制：到商户平台查看风险与限额提示。"},
	"ACCOUNT_ERROR":         {ErrConfig, "商户账户异常：联系微信支付客服。"},
	"268448010":             {ErrConfig, "商户权限异常：到商户平台检查产品权限。"},
	"PARAM_ERROR":           {ErrConfig, "参数错误：请把错误码反馈给技术支持。"},
	"RESOURCE_NOT_EXISTS":   {ErrNotFound, "记录不存在。若在下载平台证书，说明此商户号只支持「微信支付公钥」，请切换验签方式。"},
	"268490003":             {ErrConfig, "虚拟支付签名错误：检查 AppKey 与环境（现网/沙箱）是否对应。"},
	"268490001":             {ErrConfig, "虚拟支付参数错误：检查 OfferId、道具与环境。"},
	"268490016":             {ErrRetry, "剩余可退金额已变化，系统会查询后重试。"},
	"-15005":                {ErrConfig, "用户态签名错误：检查 session_key 是否为最新。"},
	"-15006":                {ErrConfig, "支付签名错误：检查 AppKey。"},
	"-15010":                {ErrConfig, "道具未发布：到虚拟支付后台发布后再售卖。"},
	"-15011":                {ErrConfig, "正式版小程序只能用现网环境：把环境改为 0。"},
	"-15013":                {ErrConfig, "道具价格不一致：重新同步道具价格。"},
	"-15014":                {ErrRetry, "道具刚发布，约十分钟后可用。"},
	"-15018":                {ErrConfig, "道具审核未通过：修改后重新发布。"},
	"40001":                 {ErrRetry, "接口凭证失效，系统会刷新后重试。"},
	"40013":                 {ErrConfig, "AppID 不正确。"},
	"40125":                 {ErrConfig, "AppSecret 不正确。"},
	"-1":                    {ErrRetry, "微信系统繁忙，系统会稍后重试。"},
	"45009":                 {ErrRetry, "接口调用超过限额，请稍后再试。"},

	"CONTRACT_NOT_EXIST":   {ErrUser, "扣费服务已经关闭，系统会停止续费。"},
	"CONTRACT_NOT_SIGNED":  {ErrUser, "扣费服务已经关闭，系统会停止续费。"},
	"ACCOUNTERROR":         {ErrUser, "付款人账户异常，系统会按重试次数再扣。"},
	"NO_PRE_NOTICE":        {ErrConfig, "没有提前通知或不在可扣款的日子：请检查服务器时间。"},
	"CONTRACT_PERIOD_PAID": {ErrConfig, "本期已经扣过款，系统会核对。"},
	"SIGNERROR":            {ErrConfig, "签名错误：检查 APIv2 密钥。"},

	"OPENID_MISMATCH": {ErrUser, "付款人与登录身份不一致，请用户重新登录。"},
	"268501013":       {ErrUser, "付款人与登录身份不一致，请用户重新登录。"},
	"INVALID_OPENID":  {ErrUser, "付款人身份无效，请用户重新登录。"},
	"268490009":       {ErrUser, "登录态过期，请用户重新登录。"},
	"-15007":          {ErrUser, "登录态过期，请用户重新登录。"},

	"NOT_ENOUGH":       {ErrFunds, "商户可用余额不足：到商户平台充值后，系统会用原单号自动重试。"},
	"NOTENOUGH":        {ErrFunds, "商户可用余额不足：到商户平台充值后，系统会用原单号自动重试。"},
	"ORDER_NOT_EXIST":  {ErrNotFound, "订单不存在。"},
	"ORDERNOTEXIST":    {ErrNotFound, "订单不存在。"},
	"268512771":        {ErrNotFound, "订单不存在。"},
	"268490002":        {ErrNotFound, "虚拟支付没有这笔记录。"},
	"REFUND_NOT_EXIST": {ErrNotFound, "退款单不存在。"},
	"NOT_FOUND":        {ErrNotFound, "转账单不存在。"},

	"FREQUENCY_LIMIT_EXCEED": {ErrRetry, "调用太频繁，系统会稍后重试。"},
	"NAME_NOT_CORRECT":       {ErrUser, "收款人姓名与微信实名不一致，请收款人核对实名信息。"},
}

// Classify decodes a refusal by its HTTP status, code and message.
func Classify(status int, code, msg string) *Trouble {
	t := &Trouble{Status: status, Code: code, Msg: clip(msg, 200)}
	r, ok := rules[code]
	// WeChat reports a payer that does not fit the appid under a general code.
	if !ok || code == "PARAM_ERROR" && strings.Contains(msg, "openid") {
		r = guess(status, code, msg)
	}
	t.Class, t.Advice = r.class, r.advice
	return t
}

// guess covers codes that WeChat uses for several causes and tells apart only by
// its words, and codes this table has never seen.
func guess(status int, code, msg string) rule {
	if strings.Contains(msg, "openid") {
		return rule{ErrUser, "付款人与登录身份不一致，请用户重新登录。"}
	}
	if code == "INVALID_REQUEST" || code == "REQUEST_BLOCKED" {
		switch {
		case strings.Contains(msg, "处理中"):
			return rule{ErrPaid, "订单处理中，系统会查询真实状态。"}
		case strings.Contains(msg, "不一致"):
			return rule{ErrNewNumber, "同一单号参数不一致，系统会换新单号。"}
		case strings.Contains(msg, "已支付"):
			return rule{ErrPaid, "订单已支付，系统会查询并入账。"}
		}
		return rule{ErrConfig, "请求不符合业务规则：请到商户平台核对，或把错误码反馈给技术支持。"}
	}
	switch {
	case status >= 500 || status == 429 || status == 408:
		return rule{ErrRetry, "支付通道暂时异常，系统会用原单号重试。"}
	case status == 404:
		return rule{ErrNotFound, "支付通道没有这笔记录。"}
	}
	return rule{ErrConfig, "支付通道拒绝了请求：请按错误码核对配置。"}
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		return string(r[:n])
	}
	return s
}
