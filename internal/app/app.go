// Package app puts the house together in reading order and runs it. It is the only
// place that knows every part.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"zhizhou/internal/access"
	"zhizhou/internal/account"
	"zhizhou/internal/advice"
	"zhizhou/internal/api/console"
	"zhizhou/internal/api/hook"
	"zhizhou/internal/api/learner"
	"zhizhou/internal/api/page"
	"zhizhou/internal/audit"
	"zhizhou/internal/badge"
	"zhizhou/internal/blob"
	"zhizhou/internal/booking"
	"zhizhou/internal/campaign"
	"zhizhou/internal/caption"
	"zhizhou/internal/card"
	"zhizhou/internal/catalog"
	"zhizhou/internal/certificate"
	"zhizhou/internal/challenge"
	"zhizhou/internal/clock"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commission"
	"zhizhou/internal/db"
	"zhizhou/internal/document"
	"zhizhou/internal/ebook"
	"zhizhou/internal/export"
	"zhizhou/internal/growth"
	"zhizhou/internal/homework"
	"zhizhou/internal/id"
	"zhizhou/internal/invoice"
	"zhizhou/internal/jobs"
	"zhizhou/internal/learning"
	"zhizhou/internal/library"
	"zhizhou/internal/live"
	"zhizhou/internal/media"
	"zhizhou/internal/message"
	"zhizhou/internal/note"
	"zhizhou/internal/partner"
	"zhizhou/internal/points"
	"zhizhou/internal/quiz"
	"zhizhou/internal/ranking"
	"zhizhou/internal/rating"
	"zhizhou/internal/recommend"
	"zhizhou/internal/reconcile"
	"zhizhou/internal/referral"
	"zhizhou/internal/renewal"
	"zhizhou/internal/risk"
	"zhizhou/internal/sandbox"
	"zhizhou/internal/seal"
	"zhizhou/internal/search"
	"zhizhou/internal/setting"
	"zhizhou/internal/share"
	"zhizhou/internal/shipping"
	"zhizhou/internal/shop"
	"zhizhou/internal/signin"
	"zhizhou/internal/teacher"
	"zhizhou/internal/topic"
	"zhizhou/internal/version"
	"zhizhou/internal/web"
)

// App is the whole program.
type App struct {
	Config    Config
	DB        *db.DB
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Box       *seal.Box
	Settings  *setting.Store
	Account   *account.Service
	Catalog   *catalog.Service
	Search    *search.Service
	Ranking   *ranking.Service
	Recommend *recommend.Service
	Topic     *topic.Service
	Access    *access.Service
	Learning  *learning.Service
	Quiz      *quiz.Service
	Live      *live.Service
	Media     *media.Service
	Document  *document.Service
	Ebook     *ebook.Service
	Points    *points.Service
	Commerce  *commerce.Service
	Reconcile *reconcile.Service
	Shipping  *shipping.Service
	Invoice   *invoice.Service
	Export    *export.Service
	Library   *library.Service
	Version   *version.Service

	Certificate *certificate.Service
	Homework    *homework.Service
	Booking     *booking.Service
	Note        *note.Service
	Rating      *rating.Service
	Share       *share.Service
	Growth      *growth.Service
	Card        *card.Service
	SignIn      *signin.Service
	Challenge   *challenge.Service
	Badge       *badge.Service

	Risk       *risk.Service
	Campaign   *campaign.Service
	Shop       *shop.Service
	Referral   *referral.Service
	Commission *commission.Service
	Partner    *partner.Service
	Renewal    *renewal.Service
	Message    *message.Service
	Advice     *advice.Service
	Caption    *caption.Service
	Teacher    *teacher.Service

	Sandbox *sandbox.Sandbox // nil unless switched on
	API     *web.API
	Handler http.Handler

	log      *slog.Logger
	outside  *outside
	metrics  *prometheus.Registry
	stopping chan struct{}
}

// Option changes how an App is built, for tests.
type Option func(*options)

type options struct {
	clock clock.Clock
	http  *http.Client
}

// WithClock makes the App live by c.
func WithClock(c clock.Clock) Option { return func(o *options) { o.clock = c } }

// WithHTTPClient makes the App speak to the outside through c.
func WithHTTPClient(c *http.Client) Option { return func(o *options) { o.http = c } }

// New builds everything and starts nothing. Close undoes it.
func New(ctx context.Context, cfg Config, log *slog.Logger, opts ...Option) (*App, error) {
	o := options{clock: clock.System{}}
	if cfg.Sandbox {
		o.clock = &clock.Moved{} // so that the panel can move time
	}
	for _, f := range opts {
		f(&o)
	}
	if o.http == nil {
		o.http = &http.Client{Timeout: 10 * time.Second}
	}
	o.http.Transport = outsideOnly{o.http.Transport}
	id.SetNode(cfg.NodeID)

	a := &App{Config: cfg, Clock: o.clock, log: log, metrics: prometheus.NewRegistry(), stopping: make(chan struct{})}
	var err error
	if a.Box, err = seal.Load(cfg.MasterKey, filepath.Join(cfg.DataDir, "keys", "master.key")); err != nil {
		return nil, err
	}
	if a.DB, err = db.Open(ctx, cfg.DatabaseURL); err != nil {
		return nil, err
	}
	if err := a.build(ctx, o); err != nil {
		a.DB.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) build(ctx context.Context, o options) (err error) {
	cfg := a.Config
	if a.Jobs, err = jobs.New(ctx, a.DB, a.log); err != nil {
		return err
	}
	a.Settings = &setting.Store{DB: a.DB, Box: a.Box, Clock: a.Clock}
	a.outside = &outside{settings: a.Settings, cfg: cfg, clock: a.Clock, http: o.http}
	sms := &smsGateway{url: cfg.SMSURL, key: cfg.SMSKey, http: o.http, log: a.log}
	if cfg.Sandbox {
		if err := a.openSandbox(ctx, sms); err != nil {
			return err
		}
	}
	store, err := blob.Open(cfg.BlobURL, cfg.BlobAccess, cfg.BlobSecret)
	if err != nil {
		return err
	}

	// The domains, lower layers first.
	a.Account = account.New(account.Config{DB: a.DB, Box: a.Box, Clock: a.Clock, SMS: sms, WeChat: a.outside, Log: a.log, MaxDevices: cfg.MaxDevices})
	a.Catalog = catalog.New(a.DB, a.Clock, func() { a.API.Forget() })
	a.newFinding()
	a.newCaption()
	if a.Media, err = media.New(media.Config{
		DB: a.DB, Jobs: a.Jobs, Store: store, Box: a.Box, Clock: a.Clock, Dir: filepath.Join(cfg.DataDir, "work"), Log: a.log, SegmentBase: cfg.SegmentBase,
	}); err != nil {
		return err
	}
	if err := a.newReading(store); err != nil {
		return err
	}
	a.Access = access.New(a.DB, a.Clock)
	a.Learning = learning.New(a.DB, a.Clock)
	a.Access.Finished = a.Learning.Finished
	a.newLibrary()
	a.Media.OnKey(a.notAhead)
	a.Search.Texts(a.texts())
	a.newTelling()
	a.newQuiz()
	a.newCertificate()
	a.newHomework()
	a.newBooking()
	a.newNote()
	a.newRating()
	a.newCard()
	a.Teacher = &teacher.Service{DB: a.DB, Clock: a.Clock, Box: a.Box, Store: store, Media: a.Media, Catalog: a.Catalog, Message: a.Message}
	a.Account.OnMerge(a.Teacher.Merge)
	a.newLive(store)
	a.newVersions(store)
	a.Points = &points.Service{DB: a.DB, Clock: a.Clock, Settings: a.Settings}
	a.SignIn = &signin.Service{DB: a.DB, Clock: a.Clock, Settings: a.Settings, Points: a.Points}
	a.newChallenge()
	a.Commerce = commerce.New(commerce.Config{
		DB: a.DB, Jobs: a.Jobs, Clock: a.Clock, Box: a.Box, Catalog: a.Catalog, Access: a.Access, Learning: a.Learning, Points: a.Points,
		Channels: a.outside, Payers: a.Account, Log: a.log,
	})
	a.Reconcile = &reconcile.Service{DB: a.DB, Clock: a.Clock, Commerce: a.Commerce, Channels: a.outside, Log: a.log}
	a.Invoice = a.newInvoice(store)
	a.newSharing(store)
	a.newPartner()
	a.newRewarding()
	a.newEarning()
	a.Export = a.newExport(store)

	a.Shipping = &shipping.Service{DB: a.DB, Clock: a.Clock, Log: a.log, Desk: a.outside.desk}

	// Who reacts to whom.
	a.Commerce.OnPaid(func(ctx context.Context, tx *db.Tx, o commerce.Order) error { return a.Shipping.Paid(ctx, tx, o.ID) })
	a.Commerce.OnRefunded(a.nothingToShip)
	a.Commerce.OnRefunded(a.freePlaces)
	a.Media.OnReady(a.Catalog.AssetReady)
	a.Catalog.OnLesson(a.wantPreview)
	a.Catalog.OnPublish(a.previewMade)
	a.Catalog.OnDelete(a.keepSold)
	a.Account.OnJoin(a.Commerce.Welcome)
	a.Account.OnMerge(a.Access.Merge)
	a.Account.OnMerge(a.Rating.Merge) // asks who has what
	a.Account.OnMerge(a.Learning.Merge)
	a.Account.OnMerge(a.Media.Merge)
	a.Account.OnMerge(a.Points.Merge)
	a.Account.OnMerge(a.SignIn.Merge) // takes points back that both were given for one day
	a.Account.OnMerge(a.Commerce.Merge)
	a.Account.OnMerge(a.Invoice.Merge)
	a.Account.OnMerge(a.Message.Merge)
	a.Account.OnMerge(a.Advice.Merge)
	a.Commerce.OnRefunded(a.Invoice.OnRefunded)
	a.wireSharing()
	a.Account.OnMerge(a.Partner.Merge)
	a.wireEarning() // asks by whose share an order came
	a.wireRewarding()
	a.wireCertificate()
	a.wireCard()
	a.wireChallenge()
	a.Renewal = a.newRenewal()
	a.periodic()
	if err := a.Jobs.Build(); err != nil {
		return err
	}
	a.routes()
	return nil
}

// wantPreview asks media for the preview that a lesson promises.
func (a *App) wantPreview(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	if l.AssetID == 0 {
		return nil
	}
	return a.Media.SetPreview(ctx, tx, l.AssetID, previewOf(l))
}

// previewMade refuses to publish a lesson whose promised preview cannot be played yet.
func (a *App) previewMade(ctx context.Context, tx *db.Tx, l catalog.Lesson) error {
	want := previewOf(l)
	if l.AssetID == 0 || want == 0 {
		return nil
	}
	asset, err := a.Media.AssetIn(ctx, tx, l.AssetID)
	if err == nil && asset.PreviewReadyMS == 0 {
		return catalog.ErrNotReady.Say("课时「"+l.Title+"」的试看片段还在制作，好了就能上架").Field("lessons", l.Title+"：试看还在制作")
	}
	return err
}

// previewOf is how much of a lesson's video is shown to everybody, in ms; a free
// lesson needs none.
func previewOf(l catalog.Lesson) int64 {
	if l.IsFree {
		return 0
	}
	return l.PreviewMS
}

// nothingToShip ends what WeChat was to be told of an order whose money all went back.
func (a *App) nothingToShip(ctx context.Context, tx *db.Tx, o commerce.Order, _ commerce.Item, r commerce.Refund) error {
	if o.RefundedFen+r.AmountFen < o.PaidFen {
		return nil
	}
	return a.Shipping.Refunded(ctx, tx, o.ID)
}

// keepSold refuses to delete a course that somebody has: taking it off the shelf is
// what is wanted then.
func (a *App) keepSold(ctx context.Context, tx *db.Tx, courseID int64) error {
	n, err := a.Access.Holders(ctx, tx, catalog.Resource{Kind: "course", ID: courseID})
	if err == nil && n > 0 {
		return catalog.ErrInUse.Say(fmt.Sprintf("还有 %d 位学员拥有这门课程，不能删除；可以下架，已购学员照常学习", n))
	}
	return err
}

func (a *App) routes() {
	mux := http.NewServeMux()
	a.API = web.NewAPI(mux, guard{a.Account})
	a.API.Enter = func(ctx context.Context, c *web.Caller) context.Context {
		return audit.WithActor(ctx, audit.Actor{Kind: "staff", ID: c.Staff.ID, Name: c.Staff.Name, RequestID: c.RequestID})
	}
	learner.Register(a.API, learner.Deps{
		Account: a.Account, Catalog: a.Catalog, Access: a.Access, Commerce: a.Commerce, Points: a.Points, Learning: a.Learning, Quiz: a.Quiz, Live: a.Live, Media: a.Media, Document: a.Document, Ebook: a.Ebook, Settings: a.Settings,
		Box: a.Box, Clock: a.Clock, AuthorizeURL: a.outside.authorizeURL, SignPage: a.outside.signPage, PublicURL: a.Config.PublicURL, Sandbox: a.Sandbox != nil, MaxPlays: a.Config.MaxPlays, Invoice: a.Invoice,
		Referral: a.Referral, Commission: a.Commission, Renewal: a.Renewal, Search: a.Search, Ranking: a.Ranking, Recommend: a.Recommend, Topic: a.Topic, Certificate: a.Certificate, Homework: a.Homework, Booking: a.Booking, Message: a.Message, Advice: a.Advice, Note: a.Note, Rating: a.Rating, Caption: a.Caption, Teacher: a.Teacher, Share: a.Share, Card: a.Card, SignIn: a.SignIn, Partner: a.Partner, Challenge: a.Challenge,
		Risk: a.Risk, Campaign: a.Campaign, Shop: a.Shop, Badge: a.Badge,
	})
	console.Register(a.API, console.Deps{
		Account: a.Account, Catalog: a.Catalog, Access: a.Access, Commerce: a.Commerce, Points: a.Points, Learning: a.Learning, Quiz: a.Quiz, Live: a.Live, Media: a.Media, Document: a.Document, Ebook: a.Ebook, Settings: a.Settings,
		Clock: a.Clock, PublicURL: a.Config.PublicURL, Sandbox: a.Sandbox != nil, TestChannel: a.outside.Test, CheckPayment: checkPayment, Outside: a.outside.addresses(), Reconcile: a.Reconcile, Shipping: a.Shipping,
		Invoice: a.Invoice, Export: a.Export, Mailer: a.outside, Commission: a.Commission, Renewal: a.Renewal, CheckRenewal: a.outside.checkRenewal,
		Search: a.Search, Topic: a.Topic, Certificate: a.Certificate, Homework: a.Homework, Booking: a.Booking, LiveServer: a.liveServer, Note: a.Note, Rating: a.Rating, Caption: a.Caption, Teacher: a.Teacher, Partner: a.Partner,
		Library: a.Library, Version: a.Version, Card: a.Card, Share: a.Share, Growth: a.Growth, Challenge: a.Challenge,
		Risk: a.Risk, Campaign: a.Campaign, Shop: a.Shop, Badge: a.Badge,
	})
	files := &hook.Media{
		Service: a.Media, Allow: a.allowPlay, AllowFile: a.allowFile, Secure: a.Config.PublicURL[:5] == "https",
		Session: func(r *http.Request) (int64, int64) { u := a.API.SignedIn(r); return u.ID, u.SessionID },
		Who:     func(r *http.Request) (int64, error) { return web.CallerOf(r.Context()).Staff.ID, nil },
	}
	files.Routes(mux)
	a.pages(mux)
	a.credentials(mux)
	a.cardPictures(mux)
	a.rooms(mux)
	mux.Handle(hook.UploadsPath, a.API.Staffed(account.PermMediaUpload, files.Uploads()))
	(&hook.Pay{Commerce: a.Commerce, Notify: a.outside.parser, Alipay: a.outside.alipayParser, Papay: a.outside.papayParser, Push: a.outside.pusher, Shipping: a.Shipping}).Routes(mux)
	if a.Sandbox != nil {
		mux.Handle("/sandbox/", a.Sandbox.Handler())
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { web.Fail(w, r, web.ErrNotFound) })
	page.Routes(mux, page.Deps{
		Catalog: a.Catalog, Topic: a.Topic, Certificate: a.Certificate, Settings: a.Settings, Access: a.Access, Rating: a.Rating, Share: a.Share, Card: a.Card, Challenge: a.Challenge, PublicURL: a.Config.PublicURL,
		Who:  func(r *http.Request) int64 { return a.API.SignedIn(r).ID },
		Peek: a.API.Peek,
	})

	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.Handler = a.API.Handler(web.Config{
		Log: a.log, PublicURL: a.Config.PublicURL, Trusted: a.Config.Trusted, Metrics: a.metrics, Count: db.WithCounter, Limits: a.Config.Limits,
		PaySites: []string{"https://wx.tenpay.com"}, MediaSites: origins(a.Config.SegmentBase),
	})
}

// Serve runs until ctx ends, then drains requests and jobs. l is already open, so
// that the caller may have chosen any free port.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	// TLS is a proxy's work. Without its network, all visitors share its address and
	// what an address may ask for.
	if a.Config.PublicURL[:5] == "https" && len(a.Config.Trusted) == 0 {
		a.log.Warn("TRUSTED_PROXIES is empty: behind a proxy all visitors count as one address")
	}
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	if err := a.Jobs.Start(work); err != nil {
		return err
	}
	if a.Sandbox != nil {
		go a.Sandbox.Run(work)
	}
	if err := a.takeStreams(); err != nil {
		return err
	}
	metrics := a.serveMetrics()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	close(a.stopping)
	a.Live.Close() // before requests are drained: listeners would stay for ever
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	err := server.Shutdown(drain)
	if metrics != nil {
		_ = metrics.Close()
	}
	return errors.Join(err, a.Jobs.Stop(drain))
}

func (a *App) serveMetrics() *http.Server {
	if a.Config.MetricsAddr == "" {
		return nil
	}
	l, err := net.Listen("tcp", a.Config.MetricsAddr)
	if err != nil {
		a.log.Warn("metrics are off: the address is taken", "addr", a.Config.MetricsAddr)
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{}))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.Serve(l) }()
	return s
}

// Close closes the database.
func (a *App) Close() { a.DB.Close() }
