package alipay

import (
	"errors"
	"strings"

	sdk "github.com/smartwalle/alipay/v3"

	"zhizhou/internal/errs"
	"zhizhou/internal/pay"
)

type rule struct {
	class  *errs.E
	advice string
}

// rules says what Alipay's detailed codes mean. Their prefix differs between
// gateways ("ACQ.", "aop.ACQ."), so they are looked up without it.
var rules = map[string]rule{
	"TRADE_NOT_EXIST":                  {pay.ErrNotFound, "支付宝没有这笔交易：买家可能还没有登录付款。"},
	"SYSTEM_ERROR":                     {pay.ErrRetry, "支付宝系统异常，系统会用原单号重试。"},
	"TRADE_HAS_SUCCESS":                {pay.ErrPaid, "订单已支付，系统会查询并入账。"},
	"TRADE_HAS_CLOSE":                  {pay.ErrNewNumber, "原交易已关闭，系统会换新单号。"},
	"CONTEXT_INCONSISTENT":             {pay.ErrNewNumber, "同一单号参数不一致，系统会换新单号。"},
	"SELLER_BALANCE_NOT_ENOUGH":        {pay.ErrFunds, "商家账户余额不足：充值后系统会自动重试退款。"},
	"TRADE_STATUS_ERROR":               {pay.ErrConfig, "交易状态不允许此操作：请在商家中心核对。"},
	"TRADE_HAS_FINISHED":               {pay.ErrConfig, "交易已过可退款期限：请与买家协商，用转账等方式退还。"},
	"REASON_TRADE_REFUND_FEE_ERR":      {pay.ErrConfig, "退款金额超过可退金额：请在商家中心核对。"},
	"REFUND_AMT_NOT_EQUAL_TOTAL":       {pay.ErrConfig, "退款金额超过可退金额：请在商家中心核对。"},
	"DISCORDANT_REPEAT_REQUEST":        {pay.ErrConfig, "同一退款请求号金额不一致：请把错误码反馈给技术支持。"},
	"ACCESS_FORBIDDEN":                 {pay.ErrConfig, "没有签约此支付产品：到支付宝商家平台开通。"},
	"INVALID_PARAMETER":                {pay.ErrConfig, "参数错误：请把错误码反馈给技术支持。"},
	"INVALID_SIGNATURE":                {pay.ErrConfig, "签名错误：检查应用私钥是否与开放平台上的应用公钥配对。"},
	"INVALID_APP_ID":                   {pay.ErrConfig, "APPID 不正确。"},
	"INSUFFICIENT_ISV_PERMISSIONS":     {pay.ErrConfig, "应用没有这个接口的权限：在开放平台为应用绑定产品。"},
	"BILL_NOT_EXIST":                   {pay.ErrNotFound, "账单不存在。"},
	"PARTNER_ERROR":                    {pay.ErrConfig, "应用没有签约或已失效：到支付宝商家平台核对。"},
	"TRADE_NOT_ALLOW_REFUND":           {pay.ErrConfig, "交易不允许退款：请在商家中心核对。"},
	"BUYER_ERROR":                      {pay.ErrConfig, "买家账号异常，退款不能到账：请在商家中心核对。"},
	"ONLINE_TRADE_VOUCHER_NOT_ALLOW":   {pay.ErrConfig, "交易用了不可退的券：请在商家中心核对。"},
	"CUSTOMER_VALIDATE_ERROR":          {pay.ErrConfig, "账户信息不一致：请在商家中心核对。"},
	"REQUEST_AMOUNT_EXCEED":            {pay.ErrConfig, "退款金额超过可退金额：请在商家中心核对。"},
	"UNKNOW_ERROR":                     {pay.ErrRetry, "支付宝服务暂不可用，系统会用原单号重试。"},
	"AOP_UNKNOW_ERROR":                 {pay.ErrRetry, "支付宝服务暂不可用，系统会用原单号重试。"},
	"CALL_LIMITED":                     {pay.ErrRetry, "调用太频繁，系统会稍后重试。"},
	"APP_CALL_LIMITED":                 {pay.ErrRetry, "调用太频繁，系统会稍后重试。"},
	"METHOD_CALL_LIMITED":              {pay.ErrRetry, "调用太频繁，系统会稍后重试。"},
	"CURRENCY_NOT_SUPPORT":             {pay.ErrConfig, "币种不支持。"},
	"EXIST_FORBIDDEN_WORD":             {pay.ErrConfig, "商品标题含有支付宝不接受的词：请修改标题。"},
	"INVALID_RECEIVE_ACCOUNT":          {pay.ErrConfig, "收款账号不可用：检查 PID。"},
	"PAYMENT_REQUEST_HAS_RISK":         {pay.ErrConfig, "支付宝判断有风险：到商家平台查看提示。"},
	"SELLER_BEEN_BLOCKED":              {pay.ErrConfig, "商家账号被冻结：联系支付宝客服。"},
	"REFUND_CHARGE_ERROR":              {pay.ErrRetry, "退收费异常，系统会用原退款请求号重试。"},
	"NOT_ALLOW_PARTIAL_REFUND":         {pay.ErrConfig, "这笔交易不支持部分退款。"},
	"MUST_USE_SAME_BUYER_FOR_SAME_ORD": {pay.ErrNewNumber, "同一单号换了付款人，系统会换新单号。"},
}

// classify decodes an answer's code. nil for success.
func classify(code sdk.Code, sub, msg string) error {
	if code == sdk.CodeSuccess {
		return nil
	}
	t := &pay.Trouble{Code: sub, Msg: clip(msg, 200), Class: pay.ErrConfig, Advice: "支付宝拒绝了请求：请按错误码核对配置。"}
	if sub == "" {
		t.Code = string(code)
	}
	key := sub
	for _, prefix := range []string{"aop.", "ACQ.", "isv.", "isp."} {
		key = strings.TrimPrefix(key, prefix)
	}
	key = strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
	switch r, ok := rules[key]; {
	case ok:
		t.Class, t.Advice = r.class, r.advice
	case code == sdk.CodeUnknowError, code == sdk.CodeCallLimited, code == sdk.CodeOrderSuccessPayInProcess:
		t.Class, t.Advice = pay.ErrRetry, "支付宝暂时不能处理，系统会用原单号重试。"
	}
	return t
}

// trouble decodes what a call of the SDK failed with. It takes an answer without a
// signature for a refusal, which is then read like any other; only one that says
// "success" is not believed.
func trouble(err error) error {
	var refused *sdk.Error
	if errors.As(err, &refused) && refused != nil {
		if refused.Code == sdk.CodeSuccess || refused.Code == "" {
			return unverified()
		}
		return classify(refused.Code, refused.SubCode, refused.SubMsg)
	}
	if errors.Is(err, sdk.ErrAliPublicKeyNotFound) || strings.Contains(err.Error(), "verification") {
		return unverified()
	}
	return pay.Offline(err)
}

func unverified() *pay.Trouble {
	return &pay.Trouble{Class: pay.ErrConfig, Code: "ANSWER_SIGNATURE", Msg: "应答验签失败", Advice: "检查支付宝公钥是否属于这个应用：它不是应用公钥。"}
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
