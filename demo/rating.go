package demo

// Rated is what a learner of the demo school says of a course; the reply is its
// teacher's.
type Rated struct {
	Author      string
	Stars       int64
	Body, Reply string
}

// RatedCourse is the course that they rate: a free one, so that nobody bought anything.
const (
	RatedCourse  = "从一碗米饭开始"
	RatedTeacher = "何简"
)

// Ratings are what they say.
var Ratings = []Rated{
	{Author: "阿岚", Stars: 5},
	{Author: "木子", Stars: 4, Body: "道理都讲透了，就是火候那一段想看一眼真锅。文字也够用，照着焖了两次，第二次就成了。"},
	{Author: "老范", Stars: 5},
	{Author: "十一", Stars: 5, Body: "煮了十几年饭，第一次知道米也分脾气。按课里的办法少放了半指水，孩子多添了一碗。"},
	{
		Author: "桃桃", Stars: 4, Body: "短，半小时就学完了。要是再讲讲糙米和杂粮就更好。",
		Reply: "糙米的脾气更倔一些：先泡四小时，水多放两成，其余三件事不变。杂粮另起一课，正在写。",
	},
	{Author: "石头", Stars: 5, Body: "免费的课也讲得这么认真。「焖」那一步以前总是省掉，怪不得夹生。"},
}
