package demo

// Question is a question to seed. Kinds are those of the bank.
type Question struct {
	Kind, Stem       string
	Options, Matches []string
	Choices          []int
	Truth            bool
	Blanks           [][]string
	Tolerance        string // of the last blank
	Model, Why       string
	Points           int64
}

// Quizzes are the questions of quiz lessons, by the name that a lesson gives.
var Quizzes = map[string][]Question{
	"report": {
		{
			Kind: "single", Points: 10, Stem: "面馆今天卖出 100 碗面，收到 1500 元，其中 200 元是客人预存下次吃面的钱。今天的收入是多少？",
			Options: []string{"1500 元", "1300 元", "200 元", "1700 元"}, Choices: []int{1}, Why: "预存的钱还没有换成面，是欠客人的，不是今天的收入。",
		},
		{
			Kind: "multiple", Points: 10, Stem: "下面哪些会让账上有利润、手里却没有钱？",
			Options: []string{"面卖给了公司食堂，下个月才结账", "一次买了半年的面粉", "客人用现金付清", "提前还了银行贷款"}, Choices: []int{0, 1, 3}, Why: "应收款、存货和还贷都不减少利润，却让现金变少或晚到。",
		},
		{Kind: "judge", Points: 5, Stem: "利润为正，就说明这个月现金一定增加了。", Truth: false, Why: "利润按「该算的」记，现金按「真到手的」记。"},
		{Kind: "judge", Points: 5, Stem: "买一口能用三年的锅，花的钱应当分摊到三年里。", Truth: true, Why: "锅三年里都在帮忙赚钱，成本也就由三年一起承担。"},
		{
			Kind: "blank", Points: 10, Stem: "一碗面卖 15 元，食材 6 元，人工和房租摊下来 5 元。一碗面赚 ____ 元，毛利率是 ____ %（只减食材，保留整数）。",
			Blanks: [][]string{{"4", "四"}, {"60"}}, Tolerance: "0.5", Why: "15 − 6 − 5 = 4；毛利率 (15 − 6) ÷ 15 = 60%。",
		},
		{
			Kind: "matching", Points: 15, Stem: "三张表各回答什么问题？", Options: []string{"利润表", "现金流量表", "资产负债表"},
			Matches: []string{"这段时间赚了多少", "这段时间钱从哪来、去了哪", "这一刻有什么、欠什么", "明年会赚多少"}, Why: "三张表都不预测明年。",
		},
		{
			Kind: "ordering", Points: 15, Stem: "把利润表从上到下排好。", Options: []string{"收入", "减：食材成本", "减：人工和房租", "减：税", "净利润"}, Why: "先有收入，一层一层减下去，最后剩下的才是自己的。",
		},
		{
			Kind: "single", Points: 10, Stem: "一分钟看一张利润表，先看哪里？",
			Options: []string{"每一行的小数", "收入和净利润各变了多少，差在哪一层", "表的格式", "最大的数字"}, Choices: []int{1}, Why: "先看头和尾，再找中间是哪一层变了。",
		},
		{Kind: "short", Points: 20, Stem: "这个月面馆利润 8000 元，账上现金却少了 3000 元。写出两种可能的原因，各举一个例子。", Model: "例如：应收款增加（给食堂的面还没结账）；存货增加（多买了面粉）；还了贷款；买了设备。写出两种且例子对得上即可。", Why: "把利润调成现金，就是逐项找「记了账却没动钱」和「动了钱却没记账」的事。"},
	},
}
