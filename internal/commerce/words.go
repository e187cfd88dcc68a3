package commerce

import (
	"fmt"

	"zhizhou/internal/catalog"
)

// What is promised and what must be known, in the words of the kind of goods.

// RefundText says the refund promise of a kind of goods in words; timed tells that it
// is, or may be, sold for a time.
func RefundText(kind string, days, maxWatched int64, timed bool) string {
	if kind == catalog.KindService {
		if days == 0 {
			return "服务完成前可申请全额退款，完成后不支持退款"
		}
		return fmt.Sprintf("服务完成前可申请全额退款；完成后，付款 %d 天内仍可申请，由我们核实后处理", days)
	}
	if kind == catalog.KindDeposit {
		return "押金打满约定的天数原路退还，班被取消、参加所要的课程退款也退还；有开班日的班，开班前退出也退还，随到随学的班报名当天就开始，中途退出不提前退；到期没有打满、因作弊被移出的，不退"
	}
	if days == 0 {
		switch kind {
		case catalog.KindMembership:
			return "会员付款后立即开通，不支持无理由退款"
		case catalog.KindClass:
			return "报名后不支持无理由退款"
		case catalog.KindColumn:
			return "专栏付款后立即可看，不支持无理由退款"
		}
		return "数字内容，购买后不支持无理由退款"
	}
	text := fmt.Sprintf("付款后 %d 天内可申请全额退款", days)
	if maxWatched < 100 {
		what := "学习"
		switch kind {
		case catalog.KindMembership:
			what = "每门课学习"
		case catalog.KindColumn:
			what = "已更新的内容学习"
		}
		text = fmt.Sprintf("付款后 %d 天内、%s不超过 %d%%，可申请全额退款", days, what, maxWatched)
	}
	switch {
	case kind == catalog.KindMembership:
		text += "；此外可退剩余的会员期"
	case kind == catalog.KindClass:
		text += "；此外可退剩余的天数"
	case kind == catalog.KindColumn && timed:
		text += "；按期订阅的，此外可退剩余的天数"
	}
	return text
}

// RefundText says the promise that a line was sold with.
func (i Item) RefundText() string {
	return RefundText(i.Kind, i.RefundDays, i.RefundMaxWatchedPercent, !i.Period().Forever())
}

// RefundText says the promise of a line that is asked for.
func (i QuoteItem) RefundText() string {
	return RefundText(i.Kind, i.RefundDays, i.RefundMaxWatchedPercent, i.PeriodDays+i.PeriodMonths+i.UntilAt > 0)
}

// TermsText is what a buyer must confirm by a step of its own before paying
// (消费者权益保护法 第二十五条: digital goods once opened).
func (q Quote) TermsText() string {
	const end = "退款按下面的承诺办理。"
	kind := ""
	for i, it := range q.Items {
		if i > 0 && it.Kind != kind {
			return "我知道其中的数字内容付款后立即开通，服务由工作人员另行安排；" + end
		}
		kind = it.Kind
	}
	switch kind {
	case catalog.KindMembership:
		return "我知道会员付款后立即开通，到期后会员内容不再可看；" + end
	case catalog.KindColumn:
		return "我知道专栏付款后立即可看已更新的各期，之后的各期陆续更新；" + end
	case catalog.KindClass:
		return "我知道付款后即报名成功，打卡班按开班的日子进行，随到随学的从报名当天算起；" + end
	case catalog.KindDeposit:
		return "我知道这是押金：按约定打满天数才退还，到期没有打满不退；" + end
	case catalog.KindService:
		return "我知道这是由人提供的服务，付款后由工作人员与我安排；" + end
	}
	return "我知道这是在线交付的数字内容，付款后立即开通；" + end
}
