package page

import "strings"

// address is a page of the H5 client that every visitor may open.
type address struct {
	path    string // a part in braces stands for anything but nothing
	title   string
	private bool   // about one person, or of no use to a search engine
	page    string // its component, for the pages by which people come
}

// addresses are the client's pages, except those of courses and lessons, which
// have handlers of their own. A test compares them with the client's own table.
var addresses = []address{
	{path: "/", page: "HomePage"},
	{path: "/courses", title: "课程", page: "CoursesPage"},
	{path: "/search", title: "搜索", private: true, page: "SearchPage"},
	{path: "/rankings", title: "榜单"},
	{path: "/topics", title: "专题"},
	{path: "/agreement/user_agreement", title: "用户协议"},
	{path: "/agreement/privacy_policy", title: "隐私政策"},
	{path: "/login", title: "登录", private: true},
	{path: "/learning", title: "学习", private: true},
	{path: "/me", title: "我的", private: true},
	{path: "/me/profile", title: "个人资料", private: true},
	{path: "/me/security", title: "手机号与密码", private: true},
	{path: "/me/devices", title: "登录设备", private: true},
	{path: "/me/agreements", title: "协议与隐私", private: true},
	{path: "/checkout/{sku}", title: "确认订单", private: true},
	{path: "/pay/{no}", title: "支付", private: true},
	{path: "/orders", title: "我的订单", private: true},
	{path: "/order/{no}", title: "订单详情", private: true},
	{path: "/memberships", title: "会员"},
	{path: "/bundles", title: "课程包"},
	{path: "/services", title: "服务"},
	{path: "/product/{id}", title: "商品", private: true}, // what it is, the shell does not know
	{path: "/coupons", title: "领券中心"},
	{path: "/me/coupons", title: "我的优惠券", private: true},
	{path: "/redeem", title: "兑换码", private: true},
	{path: "/group/{id}", title: "拼团", private: true},
	{path: "/bargain/{id}", title: "砍价", private: true},
	{path: "/me/points", title: "我的积分", private: true},
	{path: "/me/services", title: "我的服务", private: true},
	{path: "/read/{id}", title: "阅读", private: true},
	{path: "/attachment/{id}", title: "资料", private: true},
	{path: "/book/{id}", title: "阅读", private: true},
	{path: "/attempt/{id}", title: "测验", private: true},
	{path: "/live/{id}", title: "直播间", private: true},
	{path: "/me/study", title: "学习记录", private: true},
	{path: "/me/notes", title: "我的笔记", private: true},
	{path: "/me/favourites", title: "我的收藏", private: true},
	{path: "/question/{id}", title: "提问", private: true},
	{path: "/course/{id}/ratings", title: "学员评价", private: true}, // which course, the shell does not know
	{path: "/me/notices", title: "消息", private: true},
	{path: "/me/wrong-questions", title: "错题本", private: true},
	{path: "/homework/{id}", title: "作业", private: true},
	{path: "/booking/{id}", title: "预约", private: true},
	{path: "/me/certificates", title: "我的证书", private: true},
	{path: "/me/cards", title: "学习证据卡", private: true},
	{path: "/me/cards/{id}", title: "学习证据卡", private: true},
	{path: "/challenges", title: "打卡挑战"},
	{path: "/class/{id}/home", title: "挑战", private: true},
	{path: "/class/{id}/check-in", title: "打卡", private: true},
	{path: "/class/{id}/squad", title: "同行小组", private: true},
	{path: "/class/{id}/board", title: "排行榜", private: true},
	{path: "/me/shares", title: "我的分享", private: true},
	{path: "/land", title: "正在打开", private: true},
	{path: "/me/partner", title: "合伙人中心", private: true},
	{path: "/me/partner/products", title: "推荐商品", private: true},
	{path: "/me/partner/materials", title: "素材中心", private: true},
	{path: "/me/partner/guide", title: "推荐指南", private: true},
	{path: "/campaigns", title: "学习活动", private: true},
	{path: "/campaign/{id}", title: "学习活动", private: true},
	{path: "/me/gifts", title: "活动奖励", private: true},
	{path: "/points-shop", title: "积分商城", private: true},
	{path: "/me/redemptions", title: "兑换记录", private: true},
	{path: "/me/badges", title: "我的徽章", private: true},
	{path: "/me/checks", title: "权益核查", private: true},
	{path: "/gift/{token}", title: "赠送", private: true},
	{path: "/renewal/{id}", title: "开通自动续费", private: true},
	{path: "/me/renewals", title: "自动续费", private: true},
	{path: "/me/invoices", title: "我的发票", private: true},
	{path: "/invoice/{no}", title: "发票", private: true},
	{path: "/me/invoice-request", title: "申请开票", private: true},
	{path: "/me/invoice-titles", title: "发票抬头", private: true},
	{path: "/me/invoice-title/{id}", title: "发票抬头", private: true},
	{path: "/me/invite", title: "邀请有礼", private: true},
	{path: "/me/commission", title: "我的佣金", private: true},
	{path: "/me/withdraw", title: "提现", private: true},
	{path: "/me/teach", title: "成为讲师", private: true},
	{path: "/me/withdrawals", title: "提现记录", private: true},
}

// addressOf finds the page of a path; a slash at the end makes no difference, as
// in the client.
func addressOf(path string) (address, bool) {
	parts := strings.Split(strings.TrimRight(path, "/"), "/")
	for _, a := range addresses {
		wanted := strings.Split(strings.TrimRight(a.path, "/"), "/")
		if fits(wanted, parts) {
			return a, true
		}
	}
	return address{}, false
}

func fits(wanted, parts []string) bool {
	if len(wanted) != len(parts) {
		return false
	}
	for i, w := range wanted {
		if w != parts[i] && (!strings.HasPrefix(w, "{") || parts[i] == "") {
			return false
		}
	}
	return true
}
