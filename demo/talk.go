package demo

// Written is a note that a learner of the demo school shares, with the passage it is
// about; one that waits is for the console to decide.
type Written struct {
	Author, Quote, Body string
	Waits               bool
	Likes               int
}

// Asked is a question of a learner with its answers; one by the teacher has no author.
type Asked struct {
	Author, Quote, Body string
	Answers             []Replied
}

// Replied is an answer.
type Replied struct{ Author, Body string }

// TalkCourse and TalkLesson say where the demo school's learners talk, TalkTeacher who
// answers them.
const (
	TalkCourse  = "每周一封写作信"
	TalkLesson  = "为什么对方只回你「收到」"
	TalkTeacher = "沈牧之"
)

// Notes are what learners share there.
var Notes = []Written{
	{
		Author: "阿禾", Quote: "把请求放进第一句", Likes: 2,
		Body: "照着改了三封信：原来第一句都是「您好，关于上次会议提到的……」，改成「请您在周四前确认名单」。两封当天就回了，一封回了我一个时间，我觉得这也算回。",
	},
	{
		Author: "老周", Quote: "一封信只要一个决定", Likes: 1,
		Body: "我的办法是写完以后数动词：要对方「看、选、批、转」的各算一个，超过一个就拆信。拆完发现有一半的事根本不用问。",
	},
	{
		Author: "小满", Quote: "它只适合后果可逆、对方有权反对、时间给够的事", Waits: true,
		Body: "做了张小卡片贴在屏幕边上：能退回去吗？他能说不吗？够他看一眼吗？三个都是「能」才写「不回我就按 A 走」。",
	},
}

// Questions are what learners ask there.
var Questions = []Asked{
	{
		Author: "小满", Quote: "不回我就按 A 走",
		Body: "对方是领导的时候，也可以写「不回我就按 A 走」吗？总觉得像在逼他。",
		Answers: []Replied{
			{Body: "可以，把「我」的动作说小一点就不像逼了：「我先按 A 准备，您看到随时可以改。」这样说有两个好处：他知道现在停下来也来得及，你也没有替他做决定。真正不能写的，是做了就退不回来的事，那种要当面问。"},
			{Author: "老周", Body: "我一般再加一句为什么是 A，比如「A 不用等财务」。领导看的是理由，不是选项。"},
		},
	},
	{
		Author: "阿禾",
		Body:   "群里@人，对方也只回「收到」。群消息没有第一句第二句之分，该怎么改？",
	},
}
