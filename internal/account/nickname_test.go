package account

import "testing"

func TestStaffNamesAreSeenThrough(t *testing.T) {
	for _, name := range []string{
		"官方", "官 方", "官\u200b方小助手", "【官方】通知", "客服", "客-服", "在线客服小王", "管理员", "管理員", "管 理 员 01", "工作人员", "系统", "系统1", "系統", "系统通知", "系统 消息",
		"admin", "Admin", "ＡＤＭＩＮ", "аdmin", "admin01", "a d m i n", "Zhang (official)", "kefu", "知舟", "知舟小助手", "知 舟", "知\u3164舟老师", "我的知·舟",
	} {
		if !posesAsStaff(name, "知舟") {
			t.Errorf("%+q passes", name)
		}
	}
	for _, name := range []string{"小李", "学员 0042", "爱读书的猫", "badminton 爱好者", "系统架构师老周", "操作系统自学中", "舟舟", "知更鸟", "Beetroot", "supporter"} {
		if posesAsStaff(name, "知舟") {
			t.Errorf("%q is refused", name)
		}
	}
	if posesAsStaff("爱学习", "学") || !posesAsStaff("学", "学") {
		t.Error("a shop of one character")
	}
	for in, want := range map[string]string{"小李": "小李", "阿\u200b明\u202e": "阿明"} {
		if got := nicknameFrom(in, "知舟"); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	for _, in := range []string{"", "\u3164", "知舟客服"} {
		if got := nicknameFrom(in, "知舟"); len([]rune(got)) != len([]rune("学员 0000")) {
			t.Errorf("%q became %q", in, got)
		}
	}
}
