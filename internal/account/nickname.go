package account

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhizhou/internal/errs"
	"zhizhou/internal/setting"
	"zhizhou/internal/text"
)

// ErrNicknameStaff refuses a name that would be taken for the school's own.
var ErrNicknameStaff = errs.New(errs.Invalid, "nickname_reserved", "这个昵称容易被当成官方人员，请换一个").Field("nickname", "不能含有店名、官方、客服、管理员等字样")

// A name without anything personal in it.
func nickname() string { return fmt.Sprintf("学员 %04d", rand.IntN(10000)) }

// nicknameFrom takes over a name that somebody has elsewhere, as far as it may be
// had here.
func nicknameFrom(elsewhere, shop string) string {
	runes := []rune(text.Line(elsewhere))
	name := text.Line(string(runes[:min(len(runes), 20)]))
	if name == "" || posesAsStaff(name, shop) {
		return nickname()
	}
	return name
}

// shopName returns the name of the school; "" when it cannot be read: the other
// words are refused all the same.
func (s *Service) shopName(ctx context.Context) string {
	shop := setting.NewShop()
	if _, err := (&setting.Store{DB: s.DB, Box: s.Box, Clock: s.Clock}).Load(ctx, shop); err != nil {
		s.Log.Warn("the shop's name could not be read", "err", err)
		return ""
	}
	return shop.Name
}

var (
	// Whoever bears one of these is taken for somebody of the school.
	staffWords = []string{"官方", "客服", "管理员", "工作人员"}
	// A system speaks to people; an architect of systems may say so.
	systemWords = []string{"系统通知", "系统消息", "系统提示", "系统公告", "系统管理", "系统客服", "系统助手", "系统小助手"}
	// As whole words only: badminton holds an admin.
	latinWords = []string{"admin", "administrator", "official", "system", "support", "staff", "moderator", "root", "guanfang", "kefu", "guanliyuan", "xitong"}
)

// posesAsStaff reports whether a nickname would be taken for the school's own,
// whatever spaces, widths, marks or look-alike letters disguise it.
func posesAsStaff(name, shop string) bool {
	seen := text.Skeleton(name)
	within := func(word string) bool { return strings.Contains(seen, word) }
	if slices.ContainsFunc(staffWords, within) || slices.ContainsFunc(systemWords, within) {
		return true
	}
	digitless := strings.TrimFunc(seen, unicode.IsDigit)
	if digitless == "系统" || slices.Contains(latinWords, digitless) {
		return true
	}
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if slices.Contains(latinWords, text.Skeleton(word)) {
			return true
		}
	}
	own := text.Skeleton(shop)
	if utf8.RuneCountInString(own) < 2 { // one character is in too many names
		return own != "" && seen == own
	}
	return within(own)
}
