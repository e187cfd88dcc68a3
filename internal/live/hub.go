package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"zhizhou/internal/errs"
)

const (
	pollEach     = time.Second            // another process may have said something
	pollGap      = 100 * time.Millisecond // messages of so long go out together
	overlapMS    = 3_000                  // clocks of processes differ, transactions overtake
	frames       = 16                     // that a slow listener may lag behind
	listenersMax = 20_000                 // of a room in one process
	socketsMax   = 5                      // of one learner
)

// ErrFull is what a listener is told when a room cannot take more of them.
var ErrFull = errs.New(errs.Limited, "live_full", "打开的窗口太多了，请关掉几个再试")

// RoomEvent is a room as everybody in it sees it.
type RoomEvent struct {
	State     string        `json:"state" enum:"scheduled,live,paused,ended,replay"`
	StartsAt  int64         `json:"starts_at"`
	PlannedMS int64         `json:"planned_ms"`
	Notice    string        `json:"notice"`
	OnScreen  *MessageEvent `json:"on_screen" doc:"The question that is being answered"`
	Card      *Card         `json:"card" doc:"The product that is shown"`
	CallUntil int64         `json:"call_until" doc:"Until when one may sign in; 0: not now"`
	Replay    string        `json:"replay" enum:"off,wanted,making,made,failed"`
	Version   int64         `json:"version"`
}

// MessageEvent is a message as everybody sees it.
type MessageEvent struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Teacher   bool   `json:"teacher"`
	Kind      string `json:"kind" enum:"chat,question"`
	Body      string `json:"body"`
	CreatedAt int64  `json:"created_at"`
	Hidden    bool   `json:"hidden" doc:"Taken down: the text is gone"`
	Answered  bool   `json:"answered"`
}

// Event is what listeners are sent.
type Event struct {
	Room     *RoomEvent     `json:"room,omitempty"`
	Messages []MessageEvent `json:"messages,omitempty"`
	Online   int            `json:"online"`
}

// EventOf returns a message as everybody sees it.
func EventOf(m Message) MessageEvent {
	e := MessageEvent{ID: m.ID, Name: m.Name, Teacher: m.UserID == 0, Kind: m.Kind, Body: m.Body, CreatedAt: m.CreatedAt, Hidden: m.HiddenAt > 0, Answered: m.AnsweredAt > 0}
	if e.Hidden {
		e.Body = ""
	}
	return e
}

// hubs are the rooms that somebody of this process listens to.
type hubs struct {
	sync.Mutex
	rooms map[int64]*hub
}

// hub tells the listeners of one room what changed. It reads the tables, so that it
// does not matter which process wrote them.
type hub struct {
	s         *Service
	lessonID  int64
	kicked    chan struct{}
	quit      chan struct{}
	mu        sync.Mutex
	listeners map[*Listener]struct{}
	ofUser    map[int64]int

	// Of the loop alone.
	since    int64
	seen     map[int64]int64 // message → when it changed
	room     string
	online   int
	onlineAt time.Time
}

// Listener is one open connection. C carries what to send; Gone is closed when it
// lagged behind, or the room is closed here.
type Listener struct {
	C    chan []byte
	Gone chan struct{}
	once sync.Once
	hub  *hub
	user int64
}

func (l *Listener) drop() { l.once.Do(func() { close(l.Gone) }) }

// Staff stands for whoever teaches or watches over a room: they hear it and are not
// counted as its audience.
const Staff int64 = -1

// Join adds a listener to a room, 0 when nobody is signed in; the caller must Leave.
// Returns ErrFull.
func (s *Service) Join(lessonID, userID int64) (*Listener, error) {
	s.hubs.Lock()
	defer s.hubs.Unlock()
	h := s.hubs.rooms[lessonID]
	if h == nil {
		h = &hub{
			s: s, lessonID: lessonID, kicked: make(chan struct{}, 1), quit: make(chan struct{}), listeners: map[*Listener]struct{}{}, ofUser: map[int64]int{},
			seen: map[int64]int64{}, since: s.now(),
		}
		s.hubs.rooms[lessonID] = h
		go h.run()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners) >= listenersMax || userID > 0 && h.ofUser[userID] >= socketsMax {
		return nil, ErrFull
	}
	l := &Listener{C: make(chan []byte, frames), Gone: make(chan struct{}), hub: h, user: userID}
	h.listeners[l] = struct{}{}
	h.ofUser[userID]++
	return l, nil
}

// Leave ends listening.
func (l *Listener) Leave() {
	s, h := l.hub.s, l.hub
	s.hubs.Lock()
	defer s.hubs.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.listeners[l]; !ok {
		return
	}
	delete(h.listeners, l)
	if h.ofUser[l.user]--; h.ofUser[l.user] == 0 {
		delete(h.ofUser, l.user)
	}
	if len(h.listeners) == 0 {
		close(h.quit)
		if s.hubs.rooms[h.lessonID] == h {
			delete(s.hubs.rooms, h.lessonID)
		}
	}
}

// audience is how many listen, also who is not signed in, staff aside. The caller
// holds mu.
func (h *hub) audience() int { return len(h.listeners) - h.ofUser[Staff] }

// Online is how many listen to a room in this process, staff aside.
func (s *Service) Online(lessonID int64) int {
	s.hubs.Lock()
	h := s.hubs.rooms[lessonID]
	s.hubs.Unlock()
	if h == nil {
		return 0
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.audience()
}

// kick lets a room's listeners hear at once.
func (s *Service) kick(lessonID int64) {
	s.hubs.Lock()
	h := s.hubs.rooms[lessonID]
	s.hubs.Unlock()
	if h == nil {
		return
	}
	select {
	case h.kicked <- struct{}{}:
	default:
	}
}

func (s *Service) closeHubs() {
	s.hubs.Lock()
	defer s.hubs.Unlock()
	for _, h := range s.hubs.rooms {
		h.mu.Lock()
		for l := range h.listeners {
			l.drop()
		}
		h.mu.Unlock()
	}
}

func (h *hub) run() {
	tick := time.NewTicker(pollEach)
	defer tick.Stop()
	gap := time.NewTimer(0)
	defer gap.Stop()
	for {
		select {
		case <-h.quit:
			return
		case <-tick.C:
		case <-h.kicked:
		}
		if err := h.poll(); err != nil {
			h.s.log.Warn("live: a room could not be read", "lesson", h.lessonID, "err", err)
		}
		gap.Reset(pollGap)
		select {
		case <-h.quit:
			return
		case <-gap.C:
		}
	}
}

// poll reads what changed and sends it.
func (h *hub) poll() error {
	ctx, cancel := quiet(5 * time.Second)
	defer cancel()
	now := h.s.now()
	var e Event
	var rows []Message
	if err := h.s.db.List(ctx, qTalkNews, &rows, h.lessonID, h.since-overlapMS); err != nil {
		return err
	}
	for _, m := range rows {
		if h.seen[m.ID] == m.ChangedAt || m.ChangedAt < h.since && h.seen[m.ID] == 0 && m.ChangedAt < now-overlapMS {
			continue
		}
		h.seen[m.ID] = m.ChangedAt
		e.Messages = append(e.Messages, EventOf(m))
	}
	h.since = now
	for n, at := range h.seen {
		if at < now-4*overlapMS {
			delete(h.seen, n)
		}
	}
	r, err := h.s.Describe(ctx, h.lessonID)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if string(text) != h.room {
		h.room, e.Room = string(text), &r
	}
	h.mu.Lock()
	e.Online = h.audience()
	h.mu.Unlock()
	if e.Room == nil && len(e.Messages) == 0 && (e.Online == h.online || time.Since(h.onlineAt) < 5*time.Second) {
		return nil
	}
	h.online, h.onlineAt = e.Online, time.Now()
	frame, err := json.Marshal(e)
	if err != nil {
		return err
	}
	h.send(frame)
	return nil
}

// send hands a frame to every listener; who lags behind too far must come again.
func (h *hub) send(frame []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		select {
		case l.C <- frame:
		default:
			l.drop()
		}
	}
}

// Describe returns a room as everybody in it sees it. Returns ErrNoRoom.
func (s *Service) Describe(ctx context.Context, lessonID int64) (RoomEvent, error) {
	r, err := s.Room(ctx, lessonID)
	if err != nil {
		return RoomEvent{}, err
	}
	now := s.now()
	replay := false
	if r.AssetID != 0 {
		a, err := s.Media.Asset(ctx, r.AssetID)
		replay = err == nil && a.ReadyAt > 0
	}
	e := RoomEvent{State: r.StateAt(now, replay), StartsAt: r.StartsAt, PlannedMS: r.PlannedMS, Notice: r.Notice, Replay: r.Recording, Version: r.Version}
	if now < r.CallUntil {
		e.CallUntil = r.CallUntil
	}
	if r.OnScreen != 0 {
		var m Message
		if err := s.db.Get(ctx, qTalkGet, &m, r.OnScreen, lessonID); err == nil && m.HiddenAt == 0 {
			x := EventOf(m)
			e.OnScreen = &x
		}
	}
	if r.ProductID != 0 {
		e.Card, err = s.card(ctx, r.ProductID)
	}
	return e, err
}
