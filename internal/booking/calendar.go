package booking

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Calendar returns a learner's booking as an iCalendar file. Its id is the booking's,
// so that a file taken after a move replaces the one before. The link is not in it: files are
// passed on. Returns ErrGone when it is not booked.
func (s *Service) Calendar(ctx context.Context, userID, bookingID int64) (string, error) {
	b, err := s.own(ctx, userID, bookingID)
	if err != nil {
		return "", err
	}
	if b.State != Booked {
		return "", ErrGone
	}
	var rows []Booking
	if err := s.db.List(ctx, qOfUser, &rows, userID, b.LessonID); err != nil {
		return "", err
	}
	for _, r := range rows {
		if r.ID == bookingID {
			return r.calendar(), nil
		}
	}
	return "", ErrGone
}

func (b Booking) calendar() string {
	stamp := func(ms int64) string { return time.UnixMilli(ms).UTC().Format("20060102T150405Z") }
	place := b.Place
	if place == "" {
		place = "线上"
	}
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zhizhou//Booking//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT",
		fmt.Sprintf("UID:booking-%d@zhizhou", b.ID), "DTSTAMP:" + stamp(b.ChangedAt), fmt.Sprintf("SEQUENCE:%d", b.ChangedAt/1000%1_000_000_000),
		"DTSTART:" + stamp(b.StartsAt), "DTEND:" + stamp(b.EndsAt), "SUMMARY:" + escape(b.Title), "LOCATION:" + escape(place),
		"BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:" + escape(b.Title), "TRIGGER:-PT1H", "END:VALARM", "END:VEVENT", "END:VCALENDAR",
	}
	var out strings.Builder
	for _, l := range lines {
		out.WriteString(fold(l) + "\r\n")
	}
	return out.String()
}

func escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r", "", "\n", "\\n").Replace(s)
}

// fold breaks a line after 75 octets, never within a character.
func fold(l string) string {
	var out strings.Builder
	n := 0
	for _, r := range l {
		size := utf8.RuneLen(r)
		if n+size > 75 {
			out.WriteString("\r\n ")
			n = 1
		}
		out.WriteRune(r)
		n += size
	}
	return out.String()
}
