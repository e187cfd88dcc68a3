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
// first; none when nothing is sold there.
func (s *Service) Offered(ctx context.Context, platform string, q Quote) ([]pay.Channel, error) {
	if len(q.Items) == 0 || q.TotalFen == 0 {
		return nil, nil
	}
	return s.Channels.Offers(ctx, platform, q.Items[0].TaxCategory)
}

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
