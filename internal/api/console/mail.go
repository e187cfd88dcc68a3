package console

import (
	"errors"

	"zhizhou/internal/errs"
	"zhizhou/internal/mail"
)

// The troubles of the test mail, in words.
var errMail = errs.New(errs.Conflict, "mail_unsent", "邮件没有发出去")

var mailWords = []struct {
	err  error
	word string
}{
	{mail.ErrOff, "还没有填写邮件服务器"},
	{mail.ErrMessage, "收件地址或发件人写得不对"},
	{mail.ErrConnect, "连不上邮件服务器，请检查主机、端口和加密方式"},
	{mail.ErrSignIn, "邮件服务器不认这个用户名或密码"},
	{mail.ErrRefused, "邮件服务器拒绝了这封邮件，请检查发件地址和收件地址"},
}

func mailTrouble(err error) error {
	for _, w := range mailWords {
		if errors.Is(err, w.err) {
			return errMail.Say(w.word).With(err)
		}
	}
	return err
}
