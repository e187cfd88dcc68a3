// Package demo holds the demo school: a course with narrated videos made by
// scripts/demo-media.sh, and texts written for it.
package demo

import "embed"

// Media holds the lessons' videos and recordings, and what is said in them.
//
//go:embed media/*.mp4 media/*.ogg media/*.vtt
var Media embed.FS

// Texts holds the articles and the agreements as HTML.
//
//go:embed text/*.html
var Texts embed.FS

// Papers holds the documents, each printed from the text beside it, and a form.
//
//go:embed paper/*.pdf paper/*.txt
var Papers embed.FS

// Course is a course to seed.
type Course struct {
	Title, Promise, Intro, Audience string
	Outcomes, Tags                  []string
	Scene, Category, Instructor     string
	PriceFen                        int64
	PeriodDays                      int64
	Recommended                     bool
	Chapters                        []Chapter
}

// Chapter is a chapter to seed.
type Chapter struct {
	Title   string
	Lessons []Lesson
}

// Lesson is a lesson to seed: a video or recording of Media, a text of Texts, a document
// of Papers, a quiz of Quizzes or a lesson of Meetings.
type Lesson struct {
	Title, Video, Text, Paper string
	Audio, Quiz, Meeting      string
	Said                      string // WebVTT of Media: subtitles of a video, transcript of a recording
	Marks                     []Mark
	Free                      bool
	PreviewS                  int64
	PreviewPages              int64
}

// Mark is where a part of a video or recording begins, in seconds.
type Mark struct {
	AtS           int64
	Title, Points string
}

// Instructors are the teachers: name, title, words about them.
var Instructors = [][3]string{
	{"沈牧之", "职场写作讲师", "做了十八年报纸编辑，改过四万多篇稿子。相信写作不是天分，是替读者省力气的手艺。"},
	{"许砚秋", "财务课讲师", "在一家面馆管过三年账，又在会计师事务所看了十年报表。擅长用日常的事把数字讲明白。"},
	{"何简", "日常手艺讲师", "厨师的女儿，写菜谱的人。主张先把一碗米饭做好。"},
}

// Categories are name and slug.
var Categories = [][2]string{{"写作表达", "writing"}, {"财务常识", "finance"}, {"日常手艺", "craft"}}

// Courses are the shelf of the demo school.
var Courses = []Course{
	{
		Title: "把话写清楚", Promise: "职场写作三讲。写给每周都要写邮件、周报和方案，却总被追问「所以呢」的人。",
		Intro:    "<p>写不清楚，多半不是词不够，是没有替读的人想过：他有几秒钟，他要做什么决定，他最怕什么。</p><p>这门课用三段短视频和一篇清单，把「先说结论」这件事讲透：放什么、不放什么、坏消息怎么放。每一课后面都有一个当天就能做的练习。</p>",
		Audience: "每周要写邮件、周报或方案的人；刚开始带人、需要把事情说明白的人。",
		Outcomes: []string{"用三句话写完一封不会被追问的邮件", "把一团材料排成别人跟得上的顺序", "坏消息也能放在第一句"},
		Tags:     []string{"写作", "邮件", "汇报"}, Scene: "boat", Category: "writing", Instructor: "沈牧之", PriceFen: 16900, Recommended: true,
		Chapters: []Chapter{
			{"想清楚再动笔", []Lesson{
				{Title: "读者只给你七秒钟", Video: "lesson1.mp4", Free: true, Said: "lesson1.vtt", Marks: []Mark{
					{0, "七秒钟里看得完什么", "一封邮件打开之后，只够看完第一句话。"},
					{22, "第一句放结论", "放：建议怎么做。\n不放：事情是怎么来的。"},
					{45, "一个例子", "「关于周会时间的说明」改成「建议周会改到周四上午十点」。"},
					{68, "现在试一试", "把昨天一封邮件的最后一句挪到第一句。"},
				}},
				{Title: "讲义：一页纸的写作清单", Text: "checklist.html"},
			}},
			{"把材料排成顺序", []Lesson{
				{Title: "先说结论，再说理由", Video: "lesson2.mp4", PreviewS: 12},
				{Title: "一句话只说一件事", Video: "lesson3.mp4"},
				{Title: "十分钟改稿手册", Paper: "handbook.pdf", PreviewPages: 2},
			}},
			{"路上听", []Lesson{
				{Title: "开口之前，先想好两句话", Audio: "listen1.ogg", Free: true, Said: "listen1.vtt", Marks: []Mark{
					{0, "只能说一句，说哪一句", "结论：让对方做一件事，或者放弃一件事。"}, {25, "对方最可能反问什么", "把反问的答案放在第二句。"}, {45, "一个例子：请两天假", ""},
				}},
				{Title: "听别人说话，替他记三样东西", Audio: "listen2.ogg", PreviewS: 20, Said: "listen2.vtt"},
			}},
		},
	},
	{
		Title: "看懂一张报表", Promise: "不背公式，用一家面馆的账讲完三张表。",
		Intro:    "<p>利润有了，账上却没有钱，是最常见的糊涂。这门图文课从一碗面的成本讲起，一步步长成一张利润表。</p>",
		Audience: "要看报表、又没有学过会计的人。",
		Outcomes: []string{"说出利润和现金为什么不一样", "在一分钟里找到一张利润表的重点"},
		Tags:     []string{"财务", "报表"}, Scene: "report", Category: "finance", Instructor: "许砚秋", PriceFen: 6800, PeriodDays: 365, Recommended: true,
		Chapters: []Chapter{{"一碗面的账", []Lesson{
			{Title: "一碗面到底赚多少", Text: "noodle.html", Free: true},
			{Title: "利润不是现金", Text: "cash.html"},
			{Title: "小测验：看懂一张报表", Quiz: "report", Free: true},
			{Title: "线下算账门诊：带上你自己的账", Meeting: "clinic"},
		}}},
	},
	{
		Title: "从一碗米饭开始", Promise: "米、水、火、时间：把最简单的一件事做对。",
		Intro:    "<p>免费课程。会煮一碗好饭，就懂了这门手艺里最要紧的四件事。</p>",
		Audience: "所有要吃饭的人。",
		Outcomes: []string{"按米的脾气加水", "知道焖饭为什么不能省"},
		Tags:     []string{"做饭", "免费"}, Scene: "rice", Category: "craft", Instructor: "何简", PriceFen: 0,
		Chapters: []Chapter{{"一碗饭", []Lesson{{Title: "四件事：米、水、火、时间", Text: "rice.html"}}}},
	},
}
