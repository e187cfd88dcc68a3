package ledger

import (
	"strconv"
	"strings"
)

// The chart of accounts: the part before the colon is the sort, the rest says of
// what.
var sorts = map[string]string{
	"clearing": "渠道待结算", "revenue": "收入", "deferred": "预收（未到期、未交付或未领取）", "suspense": "待查款", "fee": "渠道手续费", "bank": "银行存款",
	"discount": "优惠让利", "refund": "退款冲收入", "tax": "销项税",
	"commission": "佣金支出", "reward": "合伙人排行奖励", "commission_held": "佣金冻结中", "commission_payable": "应付佣金", "payout": "提现在途", "paid_out": "已付佣金",
}

var subjects = map[string]string{
	"course": "课程", "column": "专栏", "lesson": "单课", "bundle": "课程包", "membership": "会员", "service": "服务", "class": "打卡班", "deposit": "押金",
	"wechat_jsapi": "微信支付（公众号）", "wechat_h5": "微信支付（手机浏览器）", "wechat_native": "微信支付（扫码）", "wechat_mini": "微信支付（小程序）", "wechat_virtual": "小程序虚拟支付", "wechat_papay": "微信支付（自动续费）",
	"wechatpay": "微信支付", "alipay": "支付宝",
	"newcomer": "新人价", "flash": "限时秒杀", "group": "拼团", "member": "会员价", "threshold": "满减", "coupon": "优惠券", "points": "积分抵扣", "bargain": "砍价", "experiment": "价格实验", "upgrade": "会员升级抵扣",
	"alipay_wap": "支付宝（手机）", "alipay_page": "支付宝（电脑）",
}

// Subject names what an account is of, in words: a channel, a kind of product or rule.
func Subject(of string) string {
	if subject := subjects[of]; subject != "" {
		return subject
	}
	return of
}

var kinds = map[string]string{
	"settle": "销售", "suspense": "待查款入账", "unknown": "未知单号记入待查款", "refund": "退款", "fee": "渠道手续费", "earn": "按期确认收入", "payout": "通道到账", "payout_undo": "冲回到账", "earn:service": "服务完成确认收入", "earn:deposit": "押金到期不退，确认收入", "commission": "佣金", "reward": "合伙人排行奖励",
}

var refs = map[string]string{
	"payment": "付款", "refund": "退款", "order_item": "订单行", "commission_move": "佣金变动", "bill_fee": "手续费", "payout": "到账", "bill_line": "账单行",
}

// RefLabel names what an entry is about in words, with its number.
func RefLabel(kind string, id int64) string {
	if label := refs[kind]; label != "" {
		kind = label
	}
	return kind + " " + strconv.FormatInt(id, 10)
}

// KindLabel names a kind of entry in words.
func KindLabel(kind string) string {
	if label := kinds[kind]; label != "" {
		return label
	}
	sort, _, _ := strings.Cut(kind, ":")
	if label := kinds[sort]; label != "" {
		return label
	}
	return kind
}

// Label names an account in words.
func Label(account string) string {
	if account == Deferred("deposit") {
		return "其他应付款 · 押金" // the member's own money, not a price paid in advance
	}
	sort, of, _ := strings.Cut(account, ":")
	name := sorts[sort]
	if name == "" {
		return account
	}
	if of == "" {
		return name
	}
	if subject := subjects[of]; subject != "" {
		of = subject
	}
	if bps, err := strconv.ParseInt(of, 10, 64); err == nil && sort == "tax" {
		of = strconv.FormatFloat(float64(bps)/100, 'f', -1, 64) + "%"
	}
	return name + " · " + of
}
