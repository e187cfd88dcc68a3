package main

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"sort"
	"strings"
	"time"

	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
	"zhizhou/internal/search"
)

// T11: a hundred thousand courses, each a title and a sentence of about 90
// characters, made of words that are common and rare as words are.
const (
	searchCourses = 100_000
	searchBatch   = 500
	searchAsks    = 60 // of each length
)

var vocabulary = strings.Fields(`数据 分析 写作 表达 职场 沟通 理财 基金 投资 心理 情绪 亲子 教育 英语 口语 摄影 构图 绘画 素描 水彩 书法 国画 篆刻 钢琴 吉他 声乐 健身 瑜伽 跑步 营养 烘焙 料理 旅行 历史 哲学 文学 诗词 古文 论语 经济 管理 领导 团队 招聘 面试 简历 演讲 辩论 逻辑 思维 记忆 阅读 笔记 时间 习惯 目标 复盘 产品 设计 交互 编程 算法 前端 后端 运维 测试 安全 网络 云端 模型 训练 推理 统计 概率 代数 几何 物理 化学 生物 医学 养生 中医 睡眠 呼吸 正念 冥想 法律 合同 劳动 税务 会计 审计 出纳 电商 直播 短视频 文案 品牌 营销 增长 社群 私域 客服 销售 谈判 入门 进阶 精讲 实战 训练营 第一课 方法 原理 案例 技巧 指南 手册 清单 提纲 结构 模板 步骤 误区 问答`)

func sentence(rng *rand.Rand, runes int) string {
	var b strings.Builder
	for n := 0; n < runes; {
		// Squared, so that the first words are common and the last ones rare.
		x := rng.Float64()
		w := vocabulary[int(x*x*float64(len(vocabulary)))]
		if rng.Intn(12) == 0 {
			w += "，"
		}
		if rng.Intn(9) == 0 {
			w += string(rune(0x4E00 + rng.Intn(3000)))
		}
		b.WriteString(w)
		n += len([]rune(w))
	}
	return b.String()
}

// bareCourses are courses written in bulk: how fast they are indexed is measured, not
// how fast an editor writes them.
func bareCourses(ctx context.Context, d *db.DB) ([]string, error) {
	const insert = `INSERT INTO courses (id, title, promise, status, preview_token, instructor_id, scene, published_at, created_at, updated_at, intro_html, audience, outcomes) VALUES ($1, $2, $3, 'published', 't', 0, 'boat', $4, $4, $4, '', '', '[]')`
	rng := rand.New(rand.NewSource(11))
	texts := make([]string, searchCourses)
	for from := 0; from < searchCourses; from += 5_000 {
		tx, err := d.SQL().BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		for i := from; i < from+5_000; i++ {
			title, promise := sentence(rng, 10), sentence(rng, 88)
			texts[i] = title + "\n" + promise
			if _, err := tx.ExecContext(ctx, insert, 7_000_000+i, title, promise, 1_700_000_000_000+int64(i)*1000); err != nil {
				_ = tx.Rollback()
				return nil, err
			}
		}
		if err := tx.Commit(); err != nil {
			return nil, err
		}
	}
	_, err := d.SQL().ExecContext(ctx, "ANALYZE")
	return texts, err
}

// finding measures T11 on one engine.
func finding(ctx context.Context, engine, dsn string) error {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	texts, err := bareCourses(ctx, d)
	if err != nil {
		return err
	}
	shelf := catalog.New(d, clock.System{}, nil)
	find := search.New(d, clock.System{}, shelf, nil)
	at := time.Now()
	for from := 0; from < searchCourses; from += searchBatch {
		if err := d.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < from+searchBatch; i++ {
				if err := find.Index(ctx, tx, int64(7_000_000+i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	fmt.Printf("T11 %s index: %.0f courses/s, 500 a transaction\n", engine, searchCourses/time.Since(at).Seconds())
	if _, err := d.SQL().ExecContext(ctx, "ANALYZE"); err != nil {
		return err
	}
	if engine == "postgres" {
		if _, err := d.SQL().ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
			return err
		}
	}
	return ask(ctx, engine, find, texts)
}

// asks are queries of each length, taken out of the texts, and pinyin.
func asks(texts []string) map[string][]string {
	rng := rand.New(rand.NewSource(13))
	out := map[string][]string{}
	for n := 1; n <= 4; n++ {
		name := fmt.Sprintf("%d characters", n)
		for len(out[name]) < searchAsks {
			r := []rune(texts[rng.Intn(len(texts))])
			i := rng.Intn(len(r) - n)
			q := string(r[i : i+n])
			if !strings.ContainsAny(q, "，\n") {
				out[name] = append(out[name], q)
			}
		}
	}
	for range searchAsks {
		out["two words"] = append(out["two words"], vocabulary[rng.Intn(len(vocabulary))]+" "+vocabulary[rng.Intn(len(vocabulary))])
	}
	out["pinyin"] = []string{"shuju", "sjfx", "xiezuo", "jf", "lingdao", "dyk", "yingyu", "sd", "zhongyi", "xly"}
	return out
}

func ask(ctx context.Context, engine string, find *search.Service, texts []string) error {
	all := asks(texts)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, order := range []string{search.Newest, search.Relevance} {
		for _, name := range names {
			var times []time.Duration
			for range 3 {
				for _, q := range all[name] {
					at := time.Now()
					if _, err := find.Search(ctx, search.Query{Text: q, Platform: "pc", Sort: order, Limit: 20}); err != nil {
						return err
					}
					times = append(times, time.Since(at))
				}
			}
			slices.Sort(times)
			ms := func(t time.Duration) float64 { return float64(t.Microseconds()) / 1000 }
			fmt.Printf("T11 %s %-10s %-13s p50 %6.2f ms, p99 %6.2f ms\n", engine, order, name, ms(times[len(times)/2]), ms(times[len(times)*99/100]))
		}
	}
	return equalHits(ctx, engine, find, texts, all)
}

// equalHits compares the first thousand hits of some queries with strings.Contains.
func equalHits(ctx context.Context, engine string, find *search.Service, texts []string, all map[string][]string) error {
	compared := 0
	for n := 1; n <= 4; n++ {
		for _, q := range all[fmt.Sprintf("%d characters", n)][:10] {
			var want, got []int64
			for i := len(texts) - 1; i >= 0 && len(want) < 1000; i-- {
				if strings.Contains(texts[i], q) {
					want = append(want, int64(7_000_000+i))
				}
			}
			var after []int64
			for len(got) < 1000 {
				r, err := find.Search(ctx, search.Query{Text: q, Platform: "pc", Sort: search.Newest, After: after, Limit: 50})
				if err != nil {
					return err
				}
				for _, h := range r.Hits {
					got = append(got, h.Card.ID)
				}
				if !r.More {
					break
				}
				after = r.Hits[len(r.Hits)-1].Keys
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("T11 %s: %s finds %d, %d hold it", engine, q, len(got), len(want))
			}
			compared += len(got)
		}
	}
	fmt.Printf("T11 %s hits: the newest 1,000 of 40 queries equal strings.Contains (%d compared)\n\n", engine, compared)
	return nil
}
