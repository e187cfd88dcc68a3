package commerce

import (
	"context"
	"slices"

	"zhizhou/internal/db"
	"zhizhou/internal/pay"
)

// SettleRefund acts on what a channel says about a refund, whoever brought it; one
// that we did not ask for is recorded as the channel's own. It is idempotent.
// Returns ErrRefundGone when the payment is not ours.
func (s *Service) SettleRefund(ctx context.Context, r pay.RefundReceipt) error {
	return s.DB.Tx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.applyRefund(ctx, tx, r) })
}

// Offered lists the channels that a buyer may choose from for a quote, the usual one
// first: those that may take each of its goods; none when nothing is sold there.
func (s *Service) Offered(ctx context.Context, platform string, q Quote) ([]pay.Channel, error) {
	if len(q.Items) == 0 || q.TotalFen == 0 {
		return nil, nil
	}
	offers, err := s.Channels.Offers(ctx, platform, q.Items[0].TaxCategory)
	for _, it := range q.Items[1:] {
		if it.TaxCategory == q.Items[0].TaxCategory || err != nil {
			continue
		}
		var also []pay.Channel
		also, err = s.Channels.Offers(ctx, platform, it.TaxCategory)
		offers = slices.DeleteFunc(slices.Clone(offers), func(c pay.Channel) bool { return !slices.Contains(also, c) })
	}
	return offers, err
}

// errApart refuses goods that no one channel may take together, as a course and a
// service in the mini program.
var errApart = ErrChannel.Say("这几件商品在这里要分开付款，请分开下单")

// chosen returns the channel to pay through: the one the buyer chose among those
// offered, or the usual one. Returns ErrChannel.
func (s *Service) chosen(ctx context.Context, in PayInput, q Quote) (pay.Channel, error) {
	offers, err := s.Offered(ctx, in.Platform, q)
	switch {
	case err != nil:
		return "", err
	case len(offers) == 0:
		return "", ErrChannel
	case in.Channel == "":
		return offers[0], nil
	case !slices.Contains(offers, in.Channel):
		return "", ErrChannel.Say("这里不能用这种方式支付，请换一种")
	}
	return in.Channel, nil
}
