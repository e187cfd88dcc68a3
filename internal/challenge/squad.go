package challenge

import (
	"context"
	"fmt"
	"slices"

	"zhizhou/internal/db"
	"zhizhou/internal/id"
)

// Squad is a few people of a class who go through it together.
type Squad struct {
	ID          int64
	ClassID     int64
	Name        string
	Code        string // of invitations
	Invited     bool
	Size        int64
	DissolvedAt int64
	CreatedAt   int64
}

// Mate is a member of a squad as the others see them.
type Mate struct {
	ID       int64
	UserID   int64
	Nickname string
	Starts   int64 // ordinal of their first day
	Since    int64 // the first day that counts for them
	Total    int64
	Streak   int64
	Score    int64
	TodayAt  int64 // when they checked in today; 0: not yet
}

// names are what squads are called, in this order.
var names = []string{
	"晨光渡", "纸上渔火", "三行信", "慢半拍", "半亩塘", "听雨轩", "远山书", "小满仓", "竹里馆", "观潮社", "拾穗队", "归帆",
	"一盏灯", "南窗下", "早行人", "春水船", "问渠", "青灯集", "松间月", "渡口见", "灯下客", "江上舟", "折桂堂", "望岳",
}

func name(taken []Squad) string {
	for turn := 1; ; turn++ {
		for _, n := range names {
			if turn > 1 {
				n = fmt.Sprintf("%s %d", n, turn)
			}
			if !slices.ContainsFunc(taken, func(q Squad) bool { return q.Name == n }) {
				return n
			}
		}
	}
}

// invites is how squad codes are made: 40 random bits, asked for under a limit.
const invites = 8

// seat puts a member, under the lock of the class, into the squad that invited them or,
// if they stand in none, where people are put by themselves. Returns ErrSquad,
// ErrSquadMax.
func (s *Service) seat(ctx context.Context, tx *db.Tx, c Class, m Member, code string) error {
	if code == "" {
		if m.SquadID > 0 {
			return nil
		}
		return s.arrange(ctx, tx, c)
	}
	var q Squad
	if err := tx.Get(ctx, qSquadCode, &q, code); err != nil || q.ClassID != c.ID {
		if err != nil {
			return none(err, ErrSquad)
		}
		return ErrSquad
	}
	if q.ID == m.SquadID {
		return nil
	}
	if q.Size >= mostSquad {
		return ErrSquadMax
	}
	if err := s.put(ctx, tx, m.ID, m.SquadID, q.ID); err != nil {
		return err
	}
	return s.arrange(ctx, tx, c)
}

// put moves a member from a squad (0: none) to another.
func (s *Service) put(ctx context.Context, tx *db.Tx, memberID, from, to int64) error {
	if err := tx.Sure(ctx, qMemberSquad, memberID, to); err != nil {
		return err
	}
	for _, squadID := range []int64{from, to} {
		if squadID == 0 {
			continue
		}
		if err := s.resize(ctx, tx, squadID); err != nil {
			return err
		}
	}
	return nil
}

// resize counts a squad again; one without people is over.
func (s *Service) resize(ctx context.Context, tx *db.Tx, squadID int64) error {
	if _, err := tx.Exec(ctx, qSquadSize, squadID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qSquadEnd, squadID, s.now())
	return err
}

func (s *Service) found(ctx context.Context, tx *db.Tx, c Class, invited bool) (Squad, error) {
	var have []Squad
	if err := tx.List(ctx, qSquads, &have, c.ID); err != nil {
		return Squad{}, err
	}
	q := Squad{ID: id.New(), ClassID: c.ID, Name: name(have), Code: id.Plain(invites), Invited: invited}
	_, err := tx.Exec(ctx, qSquadInsert, q.ID, c.ID, q.Name, q.Code, invited, s.now())
	return q, err
}

// arrange forms and rebalances the squads of a class under its lock.
func (s *Service) arrange(ctx context.Context, tx *db.Tx, c Class) error {
	type seated struct{ ID, SquadID, Starts, Level, Hours, Settled int64 }
	var loose, people []seated
	var squads []Squad
	if err := tx.List(ctx, qLoose, &loose, c.ID, s.today()); err != nil {
		return err
	}
	begun := c.Mode == Rolling || s.today() >= c.Starts
	if !begun && len(loose) < mostSquad {
		return nil
	}
	if err := tx.List(ctx, qSquads, &squads, c.ID); err != nil {
		return err
	}
	if err := tx.List(ctx, qSquadPeople, &people, c.ID, s.today()); err != nil {
		return err
	}
	was, free := map[int64]int64{}, []Person{}
	for _, p := range loose {
		free = append(free, Person{p.ID, p.Starts, p.Level, p.Hours, p.Settled})
	}
	groups := make([]Group, len(squads))
	at, called := map[int64]int{}, map[int64]string{}
	for i, q := range squads {
		groups[i].ID, at[q.ID], called[q.ID] = q.ID, i, q.Name
	}
	for _, p := range people {
		was[p.ID] = p.SquadID
		g := &groups[at[p.SquadID]]
		g.People = append(g.People, Person{p.ID, p.Starts, p.Level, p.Hours, p.Settled})
	}
	over := map[int64]bool{}
	arranged := Arrange(free, groups, begun)
	for _, g := range arranged {
		over[g.ID] = len(g.People) == 0
	}
	for _, g := range arranged {
		if len(g.People) == 0 {
			continue
		}
		if g.ID == 0 {
			q, err := s.found(ctx, tx, c, false)
			if err != nil {
				return err
			}
			g.ID = q.ID
		}
		for _, p := range g.People {
			if was[p.ID] == g.ID {
				continue
			}
			if err := s.put(ctx, tx, p.ID, was[p.ID], g.ID); err != nil {
				return err
			}
			if err := s.welcome(ctx, tx, c, p.ID, g.ID, moved{called[was[p.ID]], over[was[p.ID]]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// moved is what somebody is taken out of.
type moved struct {
	From string // the squad's name; "": they stood in none
	Over bool   // it is no more
}

func (s *Service) welcome(ctx context.Context, tx *db.Tx, c Class, memberID, squadID int64, out moved) error {
	var m Member
	if err := tx.Get(ctx, qMemberOne, &m, memberID); err != nil {
		return err
	}
	var q Squad
	if err := tx.Get(ctx, qSquad, &q, squadID); err != nil {
		return err
	}
	n := News{UserID: m.UserID, ClassID: c.ID, ID: squadID, Kind: "squad", Title: c.Title, Body: q.Name}
	if out.From != "" {
		n.From, n.Over, n.Week = out.From, out.Over, s.today() // one may come back to a squad
	}
	return s.tell(ctx, tx, n)
}

// Found begins a squad of one's own, to ask others into it; who stands in one stays
// there. Returns ErrClass, ErrOutside.
func (s *Service) Found(ctx context.Context, userID, classID int64) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.class(ctx, tx, qClassLock, classID)
		if err != nil {
			return err
		}
		m, err := s.inside(ctx, tx, classID, userID)
		if err != nil || m.SquadID > 0 {
			return err
		}
		q, err := s.found(ctx, tx, c, true)
		if err != nil {
			return err
		}
		return s.put(ctx, tx, m.ID, 0, q.ID)
	})
}

// SquadOf returns the squad of a member and who stands in it; ID 0: they stand in none.
func (s *Service) SquadOf(ctx context.Context, m Member) (q Squad, mates []Mate, err error) {
	if m.SquadID == 0 {
		return q, nil, nil
	}
	if err := s.DB.Get(ctx, qSquad, &q, m.SquadID); err != nil {
		return q, nil, none(err, ErrSquad)
	}
	err = s.DB.List(ctx, qMates, &mates, m.SquadID, s.today())
	return q, mates, err
}

// Inviting returns the squad that somebody in a class asks others into: their own, while
// it has room and their days last. ID 0: there is none. Returns ErrClass, ErrOutside.
func (s *Service) Inviting(ctx context.Context, userID, classID int64) (Squad, error) {
	var q Squad
	m, err := s.inside(ctx, s.DB, classID, userID)
	if err != nil || m.SquadID == 0 {
		return q, err
	}
	c, err := s.Class(ctx, 0, classID)
	if err != nil || c.State == Cancelled || m.no(s.today()) > c.Plan.Days {
		return q, err
	}
	if err := s.DB.Get(ctx, qSquad, &q, m.SquadID); err != nil || q.Size >= mostSquad {
		return Squad{}, none(err, ErrSquad)
	}
	return q, nil
}

// Invited returns the squad of a class whose code somebody was given. Returns ErrSquad.
func (s *Service) Invited(ctx context.Context, classID int64, code string) (Squad, error) {
	var q Squad
	err := none(s.DB.Get(ctx, qSquadCode, &q, code), ErrSquad)
	if err == nil && q.ClassID != classID {
		err = ErrSquad
	}
	return q, err
}
