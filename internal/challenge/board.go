package challenge

import "context"

// Place is somebody on a board.
type Place struct {
	Place    int64 // equal scores share one: 1, 1, 3
	MemberID int64
	UserID   int64
	Nickname string
	CheckIns int64
	Score    int64
}

// SquadPlace is a squad on a board.
type SquadPlace struct {
	Place    int64
	SquadID  int64
	Name     string
	Members  int64
	CheckIns int64
	Owed     int64 // days of its members that are owed by now, today's among them
	Permille int64 // of those
}

const mostPlaces = 50

// Board is the first of a class, and one's own place.
type Board struct {
	Week   int64 // its Monday; 0: the whole challenge
	Rows   []Place
	Own    Place // Place 0: nothing collected yet
	Squads []SquadPlace
	Squad  int64 // the own one
}

// Board returns who leads a class, over all or in this week, which begins from nothing
// on Monday; the own place is always told. Returns ErrClass, ErrOutside.
func (s *Service) Board(ctx context.Context, userID, classID int64, weekly bool) (Board, error) {
	c, err := s.Class(ctx, 0, classID)
	if err != nil {
		return Board{}, err
	}
	m, err := s.inside(ctx, s.DB, classID, userID)
	if err != nil {
		return Board{}, err
	}
	today := s.today()
	b := Board{Squad: m.SquadID, Own: Place{MemberID: m.ID, UserID: userID, CheckIns: m.Total, Score: m.Score}}
	if weekly {
		b.Week = weekOf(today)
		b.Own.CheckIns, b.Own.Score = 0, 0
		var own struct{ CheckIns, Score int64 }
		if err := s.DB.Get(ctx, qOwnWeek, &own, m.ID, b.Week); none(err, nil) != nil {
			return b, err
		}
		b.Own.CheckIns, b.Own.Score = own.CheckIns, own.Score
		if b.Rows, err = s.week(ctx, classID, b.Week, mostPlaces); err != nil {
			return b, err
		}
		if err := s.DB.List(ctx, qSquadBoardWeek, &b.Squads, classID, today, c.Plan.Days, b.Week); err != nil {
			return b, err
		}
		if b.Own.Score > 0 {
			err = s.DB.Get(ctx, qPlaceWeek, &b.Own.Place, classID, b.Week, b.Own.Score)
		}
		return b, err
	}
	if err := s.DB.List(ctx, qBoard, &b.Rows, classID, mostPlaces); err != nil {
		return b, err
	}
	if err := s.DB.List(ctx, qSquadBoard, &b.Squads, classID, today, c.Plan.Days); err != nil {
		return b, err
	}
	if b.Own.Score > 0 {
		err = s.DB.Get(ctx, qPlace, &b.Own.Place, classID, b.Own.Score)
	}
	return b, err
}

func (s *Service) week(ctx context.Context, classID, week int64, limit int) ([]Place, error) {
	var rows []Place
	err := s.DB.List(ctx, qBoardWeek, &rows, classID, week, limit)
	return rows, err
}
