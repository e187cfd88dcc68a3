package note

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zhizhou/internal/clock"
	"zhizhou/internal/text"
)

// mostExported is how many notes one file holds.
const mostExported = 3000

// Export writes a learner's notes of a course (0: of all) as Markdown, by course and
// lesson. From a lesson that was paid for it quotes QuoteLetters at most a note, and
// nothing at all while it is not open.
func (s *Service) Export(ctx context.Context, userID, courseID int64) (string, error) {
	var rows []Mark
	if err := s.db.List(ctx, qExport, &rows, userID, courseID, "", "", mostExported+1); err != nil {
		return "", err
	}
	if err := s.withhold(ctx, userID, rows); err != nil {
		return "", err
	}
	cut := len(rows) > mostExported
	rows = rows[:min(len(rows), mostExported)]
	var b strings.Builder
	b.WriteString("# 我的笔记\n")
	course, lesson := int64(0), int64(0)
	for _, m := range rows {
		if m.CourseID != course {
			course, lesson = m.CourseID, 0
			fmt.Fprintf(&b, "\n## %s\n", m.CourseTitle)
		}
		if m.LessonID != lesson {
			lesson = m.LessonID
			title := m.LessonTitle
			if m.Living == 0 {
				title += "（已下架）"
			}
			fmt.Fprintf(&b, "\n### %s\n", title)
		}
		m.markdown(&b)
	}
	if len(rows) == 0 {
		b.WriteString("\n还没有笔记。\n")
	}
	if cut {
		fmt.Fprintf(&b, "\n（只导出了前 %d 条，可以按课程分开导出。）\n", mostExported)
	}
	return b.String(), nil
}

func (m Mark) markdown(b *strings.Builder) {
	b.WriteString("\n")
	if at := m.Place.Words(); at != "" {
		fmt.Fprintf(b, "**%s**\n\n", at)
	}
	switch {
	case m.Withheld:
		b.WriteString("> （原文要重新拥有课程后才显示）\n\n")
	case m.Quote != "":
		quote := m.Quote
		if !m.Free {
			quote = text.Cut(quote, QuoteLetters)
		}
		fmt.Fprintf(b, "> %s\n\n", strings.ReplaceAll(quote, "\n", "\n> "))
	}
	if m.Body != "" {
		b.WriteString(m.Body + "\n\n")
	}
	fmt.Fprintf(b, "（%s）\n", time.UnixMilli(m.CreatedAt).In(clock.China).Format("2006-01-02 15:04"))
}

// Words names a place as people do; "" for one without a number.
func (p Place) Words() string {
	switch p.Kind {
	case "time":
		s := p.At / 1000
		if s >= 3600 {
			return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
		}
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	case "page":
		return fmt.Sprintf("第 %d 页", p.At)
	case "chapter":
		return fmt.Sprintf("第 %d 章", p.At)
	}
	return ""
}
