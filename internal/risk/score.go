package risk

import "fmt"

// Features are the figures that rules look at. Shares are percents, and 0 where there are
// too few to speak of.
type Features struct {
	AgeHours       int64 // since registering
	Phone          int64 // 1: proven
	StudyMinutes   int64 // in all
	DayMinutes     int64 // the most on one day
	ClaimedPercent int64 // of reported study time against what was credited
	DeviceAccounts int64 // others on one of their devices
	BlockIdle      int64 // of others in their network who registered within a day of them: who never studied
	Invited        int64
	InvitedDay     int64 // in the last 24 hours
	InvitedIdle    int64 // who never studied
	SiblingsIdle   int64 // of those whom the same person invited: who never studied
	InvitedRefunds int64 // of the invitees' paid orders: given back
	Kin            int64 // above or below in the tree of invitations, on a device of theirs
	Ring           int64 // who opened their shares in a circle and never studied
	RefundPercent  int64 // of their own paid orders
}

// Feature says what a figure is.
type Feature struct {
	Key   string
	Label string
	words string // with the figure
	of    func(Features) int64
}

// FeaturesKnown are the figures that a rule may look at.
var FeaturesKnown = []Feature{
	{"age_hours", "注册到现在的小时数", "注册 %d 小时", func(f Features) int64 { return f.AgeHours }},
	{"phone", "已验证手机（1 是 0 否）", "验证过的手机 %d 个", func(f Features) int64 { return f.Phone }},
	{"study_minutes", "累计学习分钟数", "累计学习 %d 分钟", func(f Features) int64 { return f.StudyMinutes }},
	{"day_minutes", "单日最多学习分钟数", "一天里记了 %d 分钟学习", func(f Features) int64 { return f.DayMinutes }},
	{"claimed_percent", "上报学习时间占实际计入的百分比", "上报的学习时间是实际计入的 %d%%", func(f Features) int64 { return f.ClaimedPercent }},
	{"device_accounts", "同一设备上的其他账号数", "同一台设备上还有 %d 个账号", func(f Features) int64 { return f.DeviceAccounts }},
	{"block_idle", "同网络、前后一天内注册者中从未学习的百分比（不足 8 人为 0）", "同一网络前后一天内注册的人里 %d%% 从未学习", func(f Features) int64 { return f.BlockIdle }},
	{"invited", "邀请到的人数", "邀请了 %d 人", func(f Features) int64 { return f.Invited }},
	{"invited_day", "最近 24 小时邀请到的人数", "24 小时内邀请了 %d 人", func(f Features) int64 { return f.InvitedDay }},
	{"invited_idle", "受邀人中从未学习的百分比（不足 8 人为 0）", "邀请来的人里 %d%% 从未学习", func(f Features) int64 { return f.InvitedIdle }},
	{"siblings_idle", "同一人邀请来的人里从未学习的百分比（不足 8 人为 0）", "同一人邀请来的人里 %d%% 从未学习", func(f Features) int64 { return f.SiblingsIdle }},
	{"invited_refunds", "受邀人付款订单退款的百分比（不足 3 单为 0）", "邀请来的人的订单 %d%% 退款", func(f Features) int64 { return f.InvitedRefunds }},
	{"kin", "邀请关系上下四层内与本人共用设备的人数", "邀请链上有 %d 个账号和本人共用设备", func(f Features) int64 { return f.Kin }},
	{"ring", "互相打开分享且从未学习的人数", "和 %d 个从未学习的账号互相打开分享", func(f Features) int64 { return f.Ring }},
	{"refund_percent", "本人付款订单退款的百分比（不足 3 单为 0）", "本人的订单 %d%% 退款", func(f Features) int64 { return f.RefundPercent }},
}

func feature(key string) (Feature, bool) {
	for _, f := range FeaturesKnown {
		if f.Key == key {
			return f, true
		}
	}
	return Feature{}, false
}

// Rule adds points when a figure compares so.
type Rule struct {
	ID         int64
	Feature    string
	Comparison string // "ge": at least, "le": at most
	Threshold  int64
	Points     int64
	Action     string // at least this, whatever the score; "allow": none
	Enabled    int64  // 1: it counts
	Version    int64
}

// Bands are the scores from which on an action is taken.
type Bands struct {
	Check   int64
	Delay   int64
	Review  int64
	Block   int64
	Version int64
}

// Reason is a rule that held, with the figure.
type Reason struct {
	Rule    int64  `json:"rule"`
	Version int64  `json:"version"`
	Feature string `json:"feature"`
	Value   int64  `json:"value"`
	Points  int64  `json:"points"`
	Words   string `json:"words"`
}

// score weighs figures by rules: how many points, why, and what is done about it.
func score(f Features, rules []Rule, b Bands) (points int64, why []Reason, action string) {
	action = Allow
	why = []Reason{}
	network := int64(0) // what an address says is never enough by itself
	for _, r := range rules {
		known, ok := feature(r.Feature)
		if !ok || r.Enabled == 0 {
			continue
		}
		v := known.of(f)
		if r.Comparison == "ge" && v < r.Threshold || r.Comparison == "le" && v > r.Threshold {
			continue
		}
		p := r.Points
		if r.Feature == "block_idle" {
			p = min(p, max(0, b.Check-1-network))
			network += p
		}
		points += p
		why = append(why, Reason{r.ID, r.Version, r.Feature, v, p, fmt.Sprintf(known.words, v)})
		if order[r.Action] > order[action] {
			action = r.Action
		}
	}
	return points, why, harder(action, b.of(points))
}

func (b Bands) of(points int64) string {
	switch {
	case points >= b.Block:
		return Block
	case points >= b.Review:
		return Review
	case points >= b.Delay:
		return Delay
	case points >= b.Check:
		return Check
	}
	return Allow
}

func harder(a, b string) string {
	if order[b] > order[a] {
		return b
	}
	return a
}

// share is n of all as a percent, 0 when there are too few.
func share(n, all, least int64) int64 {
	if all < least || all == 0 {
		return 0
	}
	return n * 100 / all
}
