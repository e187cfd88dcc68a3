package demo

// Fellow is somebody in the class of the demo school's challenge.
type Fellow struct {
	Name   string
	Body   string // what they wrote on the first day; empty: they have not checked in yet
	Review string // what they say of the first one's day
}

// The challenge of the demo school and its class.
const (
	ChallengeCourse = "把话写清楚"
	ChallengeTitle  = "28 天清晰表达挑战"
	ChallengeClass  = "28 天清晰表达挑战 第一期"
	ChallengeAbout  = "每天挑一段自己写过的话，按「结论、理由、下一步」重写。七八个人一组，互相看，互相改。二十八天后，回头看第一天的那一封。"
	ChallengeTask   = "把一封旧邮件改成三句话"
	ChallengeNote   = "挑一封上周发出的邮件，按「结论、理由、下一步」重写，贴出改前改后。"
)

// The challenge that is entered with a deposit: it is no course's, and everybody begins on
// the day they join.
const (
	DepositTitle = "七天晨读打卡"
	DepositClass = "七天晨读打卡 押金班"
	DepositAbout = "每天早上读一页书，抄下一句话，写三句自己的想法。押金只为提醒自己：打满六天，原路退回；没有打满，归学校。"
	DepositTask  = "抄一句，写三句"
	DepositNote  = "写下书名和页码，抄一句今早读到的话，再写三句想法。可以拍下那一页。"
	DepositFen   = 1990
	DepositDays  = 7
	DepositNeed  = 6 // check-ins that bring it back
	DepositMark  = "晨读的人"
)

// ChallengeMarks are its milestones: day, check-ins by then, what is reached.
var ChallengeMarks = []struct {
	Day, Need int64
	Title     string
}{{7, 6, "开口的人"}, {14, 12, "说清的人"}, {21, 18, "改稿人"}, {28, 24, "靠岸的人"}}

// Fellows are who is in the class.
var Fellows = []Fellow{
	{Name: "小舟", Body: "改前：关于上次会议讨论的若干问题，经与各方沟通……改后：周五前定方案。甲案省两周，乙案省三万。请您选一个。"},
	{Name: "木樨", Body: "原来写了四百二十字，真正要对方做的事在最后一行。挪到第一行以后，别的都可以删。", Review: "第一句就看到要做什么，舒服。"},
	{Name: "半亩", Body: "今天改的是请假。结论：想请周三一天假。理由：复诊。下一步：手上的稿子周二交。"},
	{Name: "禾下", Body: "删掉了三个「非常」和两个「进一步」，意思一点没少。", Review: "「请您选一个」这句给了人台阶，也给了期限。"},
	{Name: "知夏", Body: "把「烦请知悉」换成「不用回复」，对方说终于不用猜了。"},
	{Name: "迟迟"},
	{Name: "南岭"},
}
