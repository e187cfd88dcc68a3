package pay

import (
	"errors"
	"strings"
	"testing"

	"zhizhou/internal/errs"
)

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		status    int
		code, msg string
		want      *errs.E
	}{
		{500, "SYSTEM_ERROR", "", ErrRetry},
		{429, "FREQUENCY_LIMITED", "", ErrRetry},
		{429, "SOMETHING_NEW", "", ErrRetry},
		{503, "", "", ErrRetry},
		{500, "BANKERROR", "", ErrRetry},
		{400, "ORDERPAID", "", ErrPaid},
		{400, "ORDER_PAID", "", ErrPaid},
		{400, "268449538", "", ErrPaid},
		{400, "268498689", "", ErrPaid},
		{400, "INVALID_REQUEST", "订单处理中，请稍后再试", ErrPaid},
		{400, "ORDER_CLOSED", "", ErrNewNumber},
		{400, "268447914", "", ErrNewNumber},
		{403, "OUT_TRADE_NO_USED", "", ErrNewNumber},
		{400, "268498688", "", ErrNewNumber},
		{400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", ErrNewNumber},
		{400, "INVALID_REQUEST", "别的原因", ErrConfig},
		{401, "SIGN_ERROR", "", ErrConfig},
		{400, "APPID_MCHID_NOT_MATCH", "", ErrConfig},
		{403, "NO_AUTH", "", ErrConfig},
		{403, "RULE_LIMIT", "", ErrConfig},
		{400, "268448010", "", ErrConfig},
		{400, "PARAM_ERROR", "payer.openid 与 appid 不匹配", ErrUser},
		{400, "PARAM_ERROR", "金额不正确", ErrConfig},
		{400, "268501013", "", ErrUser},
		{403, "NOT_ENOUGH", "", ErrFunds},
		{404, "ORDER_NOT_EXIST", "", ErrNotFound},
		{404, "268512771", "", ErrNotFound},
		{404, "SOMETHING_NEW", "", ErrNotFound},
		{400, "SOMETHING_NEW", "", ErrConfig},
		{0, "268490003", "", ErrConfig},
		{0, "268490016", "", ErrRetry},
		{0, "-15013", "", ErrConfig},
	} {
		got := Classify(c.status, c.code, c.msg)
		if !errors.Is(got, c.want) {
			t.Errorf("%d %s %q: class %s, want %s", c.status, c.code, c.msg, got.Class.Code, c.want.Code)
		}
		if got.Advice == "" {
			t.Errorf("%d %s: no advice", c.status, c.code)
		}
	}
}

func TestTroubleTextHoldsNoMessage(t *testing.T) {
	tr := Classify(400, "PARAM_ERROR", strings.Repeat("密", 500))
	if strings.Contains(tr.Error(), "密") {
		t.Error("the error text must not carry the channel's words: they may quote the request")
	}
	if n := len([]rune(tr.Msg)); n != 200 {
		t.Errorf("message kept %d characters, want 200", n)
	}
	if Advise(errors.New("dial")).Class != ErrRetry {
		t.Error("no answer must mean: repeat with the same number")
	}
}
