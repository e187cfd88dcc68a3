package demo

// Workshop is the course of the demo school whose lessons have every other form: what is
// read, done, handed in and watched together. Its lessons are made one by one.
var Workshop = Course{
	Title: "说明书工作坊", Promise: "读一本小册，改一份说明，交给没做过的人试。写给常要教别人做事的人。",
	Intro:    "<p>带新人、管设备、开门店，都绕不开一张「怎么做」。多数说明写得不差，只是没有被照着做过。</p><p>工作坊有一篇长文、一本七章的小册、一份要交的作业和一场直播改稿。交作业之前先读完长文；作业按四条标准评分，看得见每一分是怎么给的；完成七成，发一张结业证书。</p>",
	Audience: "要写操作说明、交接清单和流程的人；教过别人三遍，还是被问第四遍的人。",
	Outcomes: []string{"按顺序、动作、名字改三遍，每遍只看一样", "写一份没做过的人照着能做成的说明", "从别人停下的地方看出该改哪一句"},
	Tags:     []string{"写作", "说明书", "作业"}, Scene: "brush", Category: "writing", Instructor: "沈牧之", PriceFen: 9900,
}

// The lessons of the workshop, in their order; the first two are in the first chapter.
const (
	WorkshopArticle = "一份稿子，改三遍"
	WorkshopBook    = "小册：让别人照着做得成"
	WorkshopTask    = "作业：写一份别人照着能做的说明"
	WorkshopLive    = "直播：当场改三份说明"
)

// WorkshopChapters are its two chapters.
var WorkshopChapters = [2]string{"读", "做"}

// RubricRow is a line by which homework is marked.
type RubricRow struct {
	Title, Note string
	Points      int64
}

// Rubric is that of the workshop's homework.
var Rubric = []RubricRow{
	{"看得出给谁用", "第三行之前写明谁、什么时候用、做成什么。缺一样扣三分。", 20},
	{"一步一个动作", "步骤编号，动词开头，一步里手只动一次；要等的写了等多久。", 30},
	{"出错有路走", "至少两处「如果看到……就……」，屏幕上、标签上的字照抄；不能撤销的提前说。", 25},
	{"真的请人试过", "写了试做的人在哪里停下、回头、做错，并且看得出改了哪一句。只写「都看懂了」不给分。", 25},
}
