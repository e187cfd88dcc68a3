package learner

import (
	"context"
	"net/http"
	"time"

	"zhizhou/internal/certificate"
	"zhizhou/internal/errs"
	"zhizhou/internal/setting"
	"zhizhou/internal/web"
)

// looksPerMinute is how many certificates an address may look up: enough for whoever
// hires a class, too few to find a code by trying.
const looksPerMinute = 30

var errLooks = errs.New(errs.Limited, "certificate_rate", "查得太快了，请过一会儿再查")

// CertificateFacts are what a certificate states.
type CertificateFacts struct {
	Title         string `json:"title"`
	CourseID      int64  `json:"course_id"`
	CourseTitle   string `json:"course_title"`
	Lessons       int64  `json:"lessons" doc:"Finished"`
	Minutes       int64  `json:"minutes" doc:"Studied"`
	ScorePermille int64  `json:"score_permille" doc:"Of the quizzes that were asked for; -1: none were"`
	StartedAt     int64  `json:"started_at"`
	FinishedAt    int64  `json:"finished_at"`
	IssuedAt      int64  `json:"issued_at"`
}

// CertificateView is a certificate of the caller.
type CertificateView struct {
	CertificateFacts
	ID        int64  `json:"id"`
	Code      string `json:"code"`
	Name      string `json:"name" doc:"As others see it; empty: hidden"`
	Shown     string `json:"shown" enum:"real,nickname,masked,hidden"`
	RevokedAt int64  `json:"revoked_at" doc:"0: valid"`
	Reason    string `json:"reason" doc:"Why it was revoked"`
	URL       string `json:"url" doc:"Where anybody verifies it"`
	ImageURL  string `json:"image_url"`
	PDFURL    string `json:"pdf_url"`
	DataURL   string `json:"data_url" doc:"The signed credential"`
}

// CertificatesView are the caller's certificates and the name for them.
type CertificatesView struct {
	Name  string            `json:"name" doc:"Told once; empty: not yet"`
	Items []CertificateView `json:"items" nullable:"false"`
}

// CertificateStateView is how far the caller is towards a certificate.
type CertificateStateView struct {
	Title      string                `json:"title"`
	Lessons    int64                 `json:"lessons"`
	Finished   int64                 `json:"finished"`
	MinPercent int64                 `json:"min_percent" doc:"Of the lessons, to be finished; 0: not asked"`
	Minutes    int64                 `json:"minutes"`
	MinMinutes int64                 `json:"min_minutes" doc:"To be studied; 0: not asked"`
	Quizzes    []CertificateQuizView `json:"quizzes" nullable:"false" doc:"To be passed"`
	Met        bool                  `json:"met" doc:"It can be claimed"`
	Issued     *CertificateView      `json:"issued,omitempty" doc:"The last one"`
}

// CertificateQuizView is a quiz that a certificate asks for.
type CertificateQuizView struct {
	LessonID int64  `json:"lesson_id"`
	Title    string `json:"title"`
	Passed   bool   `json:"passed"`
}

// VerifiedView is what anybody may know of a certificate: what it states, and the same
// counted again from the evidence of study.
type VerifiedView struct {
	CertificateFacts
	Code          string `json:"code"`
	State         string `json:"state" enum:"valid,revoked"`
	Name          string `json:"name" doc:"Empty: the bearer hides it"`
	RevokedAt     int64  `json:"revoked_at"`
	Reason        string `json:"reason"`
	School        string `json:"school"`
	Holds         bool   `json:"holds" doc:"The evidence bears out what is stated"`
	CheckedAt     int64  `json:"checked_at"`
	LessonsNow    int64  `json:"lessons_now"`
	MinutesNow    int64  `json:"minutes_now"`
	ScoreNow      int64  `json:"score_now_permille"`
	ImageURL      string `json:"image_url" doc:"Empty: revoked"`
	CredentialURL string `json:"credential_url"`
}

func certificateFacts(c certificate.Certificate) CertificateFacts {
	return CertificateFacts{c.Title, c.CourseID, c.CourseTitle, c.Lessons, c.Minutes(), c.ScorePermille, c.StartedAt, c.FinishedAt, c.IssuedAt}
}

func (r *routes) certificateView(c certificate.Certificate) CertificateView {
	at := "/credential/" + c.Code
	v := CertificateView{
		CertificateFacts: certificateFacts(c), ID: c.ID, Code: c.Code, Name: c.Name, Shown: c.Shown, RevokedAt: c.RevokedAt, Reason: c.RevokeReason,
		URL: r.Certificate.URL(c.Code), ImageURL: at + "/certificate.png", PDFURL: at + "/certificate.pdf", DataURL: at,
	}
	return v
}

func (r *routes) certificates() {
	const tag = "certificate"
	learner := func(id, method, path, summary string) web.Route {
		return web.Route{ID: id, Method: method, Path: path, Summary: summary, Tag: tag, Need: web.Learner}
	}
	web.Handle(r.web, learner("certificates", http.MethodGet, "/api/me/certificates", "My certificates, newest first"),
		func(ctx context.Context, _ *none) (*web.Body[CertificatesView], error) { return r.myCertificates(ctx) })
	web.Handle(r.web, learner("certificate_name", http.MethodPut, "/api/me/certificate-name", "Tell the name for certificates, once"),
		func(ctx context.Context, in *struct {
			Body struct {
				Name string `json:"name" minLength:"1" maxLength:"120"`
			}
		},
		) (*web.Body[CertificatesView], error) {
			if err := r.Certificate.SetName(ctx, web.UserID(ctx), in.Body.Name); err != nil {
				return nil, err
			}
			return r.myCertificates(ctx)
		})
	web.Handle(r.web, learner("certificate_show", http.MethodPut, "/api/me/certificates/{id}", "Choose how a certificate names me, from now on"),
		func(ctx context.Context, in *struct {
			ID   int64 `path:"id"`
			Body struct {
				Shown string `json:"shown" enum:"real,nickname,masked,hidden"`
			}
		},
		) (*web.Body[CertificatesView], error) {
			if err := r.Certificate.Show(ctx, web.UserID(ctx), in.ID, in.Body.Shown); err != nil {
				return nil, err
			}
			return r.myCertificates(ctx)
		})
	web.Handle(r.web, learner("certificate_state", http.MethodGet, "/api/courses/{id}/certificate", "How far I am towards the certificate of a course"), r.certificateState)
	web.Handle(r.web, learner("certificate_claim", http.MethodPost, "/api/courses/{id}/certificate", "Claim the certificate of a course; again answers the same one"),
		func(ctx context.Context, in *lessonPath) (*web.Body[CertificateView], error) {
			c, err := r.Certificate.Claim(ctx, web.UserID(ctx), in.ID)
			return web.Answer(r.certificateView(c)), err
		})
	perAddress := web.NewLimiter(looksPerMinute, time.Minute)
	web.Handle(r.web, web.Route{ID: "certificate_verify", Method: http.MethodGet, Path: "/api/certificates/{code}", Summary: "Verify a certificate by its code", Tag: tag, Need: web.Public},
		func(ctx context.Context, in *struct {
			Code string `path:"code" maxLength:"40"`
		},
		) (*web.Body[VerifiedView], error) {
			if ok, wait := perAddress.Allow(web.CallerOf(ctx).Address, time.Now()); !ok {
				return nil, errLooks.Retry(int(wait/time.Second) + 1)
			}
			return r.verified(ctx, in.Code)
		})
}

func (r *routes) myCertificates(ctx context.Context) (*web.Body[CertificatesView], error) {
	me := web.UserID(ctx)
	v := CertificatesView{Items: []CertificateView{}}
	var err error
	if v.Name, err = r.Certificate.Name(ctx, me); err != nil {
		return nil, err
	}
	rows, err := r.Certificate.Mine(ctx, me)
	for _, c := range rows {
		v.Items = append(v.Items, r.certificateView(c))
	}
	return web.Answer(v), err
}

func (r *routes) certificateState(ctx context.Context, in *lessonPath) (*web.Body[CertificateStateView], error) {
	st, last, err := r.Certificate.State(ctx, web.UserID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	v := CertificateStateView{
		Title: st.Rule.Title, Lessons: st.Lessons, Finished: st.Finished, MinPercent: st.Rule.MinPercent, Minutes: st.StudyMS / 60_000, MinMinutes: st.Rule.MinMinutes,
		Quizzes: []CertificateQuizView{}, Met: st.Met,
	}
	for _, q := range st.Rule.Quizzes {
		v.Quizzes = append(v.Quizzes, CertificateQuizView{q.LessonID, q.Title, st.Passed[q.LessonID]})
	}
	if last != nil {
		c := r.certificateView(*last)
		v.Issued = &c
	}
	return web.Answer(v), nil
}

func (r *routes) verified(ctx context.Context, code string) (*web.Body[VerifiedView], error) {
	c, err := r.Certificate.ByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	check, err := r.Certificate.Check(ctx, c)
	if err != nil {
		return nil, err
	}
	v := VerifiedView{
		CertificateFacts: certificateFacts(c), Code: c.Code, State: "valid", Name: c.Name, RevokedAt: c.RevokedAt, School: r.school(ctx), Holds: check.Holds, CheckedAt: r.Clock.Now().UnixMilli(),
		LessonsNow: check.Lessons, MinutesNow: check.Minutes(), ScoreNow: check.ScorePermille, CredentialURL: "/credential/" + c.Code,
	}
	if c.RevokedAt > 0 {
		v.State, v.Reason = "revoked", revokedBecause(c.RevokeKind)
	} else {
		v.ImageURL = v.CredentialURL + "/certificate.png"
	}
	return web.Answer(v), nil
}

func (r *routes) school(ctx context.Context) string {
	s := setting.NewShop()
	_, _ = r.Settings.Load(ctx, s) // the default serves when it cannot be read
	return s.Name
}

// revokedBecause says to strangers why a certificate fell, no more: what staff wrote is
// between them and the learner.
func revokedBecause(kind string) string {
	switch kind {
	case "refund":
		return "课程已退款"
	case "reissued":
		return "已由新证书替代"
	case "merged":
		return "账号合并，以另一张为准"
	}
	return "由学校撤销"
}
