package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"zhizhou/demo"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/clock"
	"zhizhou/internal/document"
	"zhizhou/internal/homework"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
)

// seedWorkshop makes the course of what is read, done, handed in and watched together.
// Its article shows a video of the first course.
func (a *App) seedWorkshop(ctx context.Context, categories, teachers, courses map[string]int64) error {
	c := demo.Workshop
	shown, err := a.lessonOf(ctx, courses[demo.Courses[0].Title], demo.Courses[0].Chapters[0].Lessons[0].Title)
	if err != nil {
		return err
	}
	l, err := a.Catalog.Lesson(ctx, shown)
	if err != nil {
		return err
	}
	courseID, err := a.seedPage(ctx, c, categories[c.Category], teachers[c.Instructor], int64(len(courses)))
	if err != nil {
		return err
	}
	if err := a.seedWork(ctx, courseID, l.AssetID); err != nil {
		return err
	}
	courses[c.Title] = courseID
	return a.Catalog.Publish(ctx, courseID, 0)
}

// seedWork makes its lessons. clip is the video that its article shows.
func (a *App) seedWork(ctx context.Context, courseID, clip int64) (err error) {
	var chapters [2]int64
	for i, title := range demo.WorkshopChapters {
		if chapters[i], err = a.Catalog.AddChapter(ctx, 0, courseID, title); err != nil {
			return err
		}
	}
	article, picture, err := a.seedArticle(ctx, courseID, chapters[0], clip)
	if err != nil {
		return fmt.Errorf("article: %w", err)
	}
	if err := a.seedBook(ctx, courseID, chapters[0]); err != nil {
		return fmt.Errorf("book: %w", err)
	}
	task, err := a.seedTask(ctx, courseID, chapters[1], article)
	if err != nil {
		return fmt.Errorf("homework: %w", err)
	}
	if err := a.seedLive(ctx, courseID, chapters[1]); err != nil {
		return fmt.Errorf("live: %w", err)
	}
	if err := a.seedFiles(ctx, courseID, task, picture); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	return a.Certificate.SaveRule(ctx, 0, certificate.Rule{CourseID: courseID, Active: true, Title: "说明书结业证书", MinPercent: 70}, nil)
}

// seedArticle writes the free article and returns it with the picture that it shows.
func (a *App) seedArticle(ctx context.Context, courseID, chapterID, clip int64) (lessonID int64, picture media.File, err error) {
	raw, err := demo.Picture()
	if err != nil {
		return 0, picture, err
	}
	drawn, err := a.Media.SavePicture(ctx, bytes.NewReader(raw))
	if err != nil {
		return 0, picture, err
	}
	if _, err := a.Media.KeepPicture(ctx, drawn, "改三遍.png", 0); err != nil {
		return 0, picture, err
	}
	if picture, err = a.Media.SaveFile(ctx, "一张图记住改三遍.png", bytes.NewReader(raw)); err != nil {
		return 0, picture, err
	}
	body, err := demo.Texts.ReadFile("text/passes.html")
	if err != nil {
		return 0, picture, err
	}
	text := strings.NewReplacer("{{picture}}", media.ImageURL(drawn.Key), "{{clip}}", strconv.FormatInt(clip, 10)).Replace(string(body))
	lessonID, err = a.seedOne(ctx, courseID, chapterID, catalog.Article, catalog.LessonChange{Title: demo.WorkshopArticle, IsFree: true, BodyHTML: text})
	return lessonID, picture, err
}

func (a *App) seedBook(ctx context.Context, courseID, chapterID int64) error {
	raw, err := demo.Book()
	if err != nil {
		return err
	}
	bookID, err := a.received(ctx, bytes.NewReader(raw), demo.BookTitle+".epub", media.PurposeEbook, int64(len(raw)))
	if err != nil {
		return err
	}
	b, err := a.Ebook.Get(ctx, bookID)
	if err != nil {
		return err
	}
	_, err = a.seedOne(ctx, courseID, chapterID, catalog.Ebook, catalog.LessonChange{Title: demo.WorkshopBook, EbookID: bookID, PageCount: b.Screens, PreviewPages: 6})
	return err
}

// seedTask makes the homework, which opens when the article was read.
func (a *App) seedTask(ctx context.Context, courseID, chapterID, after int64) (int64, error) {
	body, err := demo.Texts.ReadFile("text/task.html")
	if err != nil {
		return 0, err
	}
	lessonID, err := a.seedOne(ctx, courseID, chapterID, catalog.Homework, catalog.LessonChange{Title: demo.WorkshopTask, Unlock: catalog.Unlock{AfterLessonID: after}})
	if err != nil {
		return 0, err
	}
	t := homework.Task{LessonID: lessonID, TaskHTML: string(body), DueDays: 14, Most: 3, Peers: 1, PassPermille: 600}
	for _, r := range demo.Rubric {
		t.Rubric = append(t.Rubric, homework.Row{Title: r.Title, Note: r.Note, Points: r.Points})
	}
	return lessonID, a.Homework.SaveTask(ctx, 0, t)
}

// seedLive announces a live lesson for tomorrow evening.
func (a *App) seedLive(ctx context.Context, courseID, chapterID int64) error {
	body, err := demo.Texts.ReadFile("text/clinic.html")
	if err != nil {
		return err
	}
	lessonID, err := a.seedOne(ctx, courseID, chapterID, catalog.Live, catalog.LessonChange{Title: demo.WorkshopLive, BodyHTML: string(body)})
	if err != nil {
		return err
	}
	day := a.Clock.Now().In(clock.China).AddDate(0, 0, 1)
	at := time.Date(day.Year(), day.Month(), day.Day(), 20, 0, 0, 0, clock.China)
	return a.Live.SavePlan(ctx, 0, lessonID, live.Plan{StartsAt: at.UnixMilli(), PlannedMS: time.Hour.Milliseconds(), Record: true})
}

// seedFiles adds a form to take home and a picture that is only shown.
func (a *App) seedFiles(ctx context.Context, courseID, taskID int64, picture media.File) error {
	form, err := demo.Papers.ReadFile("paper/template.txt")
	if err != nil {
		return err
	}
	f, err := a.Media.SaveFile(ctx, "一页纸说明模板.txt", bytes.NewReader(form))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		file       media.File
		lessonID   int64
		permission string
	}{{f, taskID, catalog.MayDownload}, {picture, 0, catalog.MayView}} {
		kept, err := a.Media.Keep(ctx, media.StoredFile, x.file, 0)
		if err != nil {
			return err
		}
		if x.permission == catalog.MayView {
			if err := a.Document.Show(ctx, document.Shown{ID: kept.ID, Name: kept.Name, BlobKey: kept.BlobKey, Mime: kept.Mime, Bytes: kept.Bytes}); err != nil {
				return err
			}
		}
		if _, err := a.Catalog.AddAttachment(ctx, 0, catalog.Attachment{
			CourseID: courseID, LessonID: x.lessonID, Name: kept.Name, BlobKey: kept.BlobKey, Bytes: kept.Bytes, Mime: kept.Mime, FileID: kept.ID, Permission: x.permission,
		}); err != nil {
			return err
		}
	}
	return nil
}

// seedOne makes a lesson and fills it.
func (a *App) seedOne(ctx context.Context, courseID, chapterID int64, form string, change catalog.LessonChange) (int64, error) {
	lessonID, err := a.Catalog.AddLesson(ctx, 0, courseID, chapterID, change.Title, form)
	if err == nil {
		err = a.Catalog.UpdateLesson(ctx, 0, lessonID, change)
	}
	return lessonID, err
}

// received brings a file in by the same door as an upload and returns what became of it.
func (a *App) received(ctx context.Context, src io.Reader, name, purpose string, size int64) (int64, error) {
	uploadID, err := a.Media.BeginUpload(ctx, 0, media.UploadMeta{Name: name, Purpose: purpose, Bytes: size})
	if err != nil {
		return 0, err
	}
	dst, err := os.OpenFile(filepath.Join(a.Media.UploadDir(), uploadID), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	if _, err = io.Copy(dst, src); err == nil {
		err = dst.Sync()
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return 0, err
	}
	u, err := a.Media.FinishUpload(ctx, uploadID)
	return u.AssetID, err
}
