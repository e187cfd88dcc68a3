package access

import (
	"zhizhou/internal/catalog"
	"zhizhou/internal/clock"
	"zhizhou/internal/db"
)

// Had is a thing that a SKU opens, and what somebody has of it now.
type Had struct {
	catalog.Resource
	Holding
	Within bool // something that holds it opens it now: a lesson's course, a course's bundle or membership
}

// Opening is one row of an answer to AskOpens.
type Opening struct {
	ResourceKind string
	ResourceID   int64
	StartsAt     int64 // -1: the user has nothing of it
	UntilAt      int64
	Wider        int64 // 1: by something that holds it
}

// AskOpens asks what a SKU opens and what the user has of that, for Opens to read.
func (s *Service) AskOpens(rows *[]Opening, userID, skuID int64) db.Ask {
	return db.Rows(qOpens, rows, userID, skuID, clock.MS(s.clock))
}

// Opens tells from the answer what a SKU opens and what the user has of each.
func (s *Service) Opens(rows []Opening) []Had {
	var out []Had
	var grants []live
	within, now := false, clock.MS(s.clock)
	for i, r := range rows {
		if r.StartsAt >= 0 {
			grants = append(grants, live{StartsAt: r.StartsAt, UntilAt: r.UntilAt})
			within = within || r.Wider == 1 && r.StartsAt <= now
		}
		if i+1 == len(rows) || rows[i+1].ResourceKind != r.ResourceKind || rows[i+1].ResourceID != r.ResourceID {
			out, grants, within = append(out, Had{catalog.Resource{Kind: r.ResourceKind, ID: r.ResourceID}, holding(grants, now), within}), nil, false
		}
	}
	return out
}
