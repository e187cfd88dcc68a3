package console

import (
	"context"
	"encoding/json"
	"net/http"

	"zhizhou/internal/account"
	"zhizhou/internal/commerce"
	"zhizhou/internal/commerce/price"
	"zhizhou/internal/web"
)

// CouponInput is what the form of a coupon saves.
type CouponInput struct {
	Version      int64       `json:"version,omitempty"`
	Name         string      `json:"name" maxLength:"80"`
	OffFen       int64       `json:"off_fen,omitempty" doc:"0: by pay_permille"`
	PayPermille  int64       `json:"pay_permille,omitempty"`
	CapFen       int64       `json:"cap_fen,omitempty"`
	AtFen        int64       `json:"at_fen,omitempty" doc:"From this amount on"`
	Scope        price.Scope `json:"scope"`
	Platforms    []string    `json:"platforms,omitempty"`
	Stackable    bool        `json:"stackable,omitempty"`
	Stock        int64       `json:"stock" minimum:"0"`
	PerUser      int64       `json:"per_user" minimum:"1"`
	Claim        string      `json:"claim" enum:"page,code,newcomer,staff"`
	Code         string      `json:"code,omitempty" maxLength:"30"`
	ClaimFrom    int64       `json:"claim_from,omitempty"`
	ClaimUntil   int64       `json:"claim_until,omitempty"`
	ValidFrom    int64       `json:"valid_from,omitempty"`
	ValidUntil   int64       `json:"valid_until,omitempty" doc:"0: valid_days from receipt"`
	ValidDays    int64       `json:"valid_days,omitempty"`
	BackOnRefund bool        `json:"back_on_refund" doc:"A full refund gives it back"`
}

// CouponView is a sort of coupon.
type CouponView struct {
	ID     int64  `json:"id"`
	Status string `json:"status" enum:"draft,on,off"`
	CouponInput
	Issued    int64 `json:"issued"`
	UpdatedAt int64 `json:"updated_at"`
}

func couponView(k commerce.CouponKind) CouponView {
	v := CouponView{
		ID: k.ID, Status: k.Status, Issued: k.Issued, UpdatedAt: k.UpdatedAt,
		CouponInput: CouponInput{
			Version: k.Version, Name: k.Name, OffFen: k.OffFen, PayPermille: k.PayPermille, CapFen: k.CapFen, AtFen: k.AtFen, Stackable: k.Stackable, Stock: k.Stock, PerUser: k.PerUser,
			Claim: k.Claim, Code: k.Code, ClaimFrom: k.ClaimFrom, ClaimUntil: k.ClaimUntil, ValidFrom: k.ValidFrom, ValidUntil: k.ValidUntil, ValidDays: k.ValidDays, BackOnRefund: k.BackOnRefund,
		},
	}
	_ = json.Unmarshal([]byte(k.Scope), &v.Scope)
	_ = json.Unmarshal([]byte(k.Platforms), &v.Platforms)
	return v
}

// BatchView is a batch of redeem codes.
type BatchView struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	SKUID     int64  `json:"sku_id"`
	Title     string `json:"title" doc:"Of what the codes open"`
	Size      int64  `json:"size"`
	Used      int64  `json:"used"`
	ExpiresAt int64  `json:"expires_at"`
	RevokedAt int64  `json:"revoked_at"`
	CreatedAt int64  `json:"created_at"`
}

func (r *routes) coupons() {
	const tag = "console promotion"
	web.Handle(r.web, route("coupons", http.MethodGet, "coupons", "Sorts of coupons, newest first", tag, account.PermProductRead),
		func(ctx context.Context, in *struct {
			web.PageQuery
			Status string `query:"status" enum:"draft,on,off,"`
		},
		) (*web.Body[web.List[CouponView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.CouponKinds(ctx, in.Status, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, couponView, func(k commerce.CouponKind) []int64 { return []int64{k.ID} })), nil
		})
	web.Handle(r.web, route("coupon_save", http.MethodPut, "coupons/{id}", "Add (0) or change a sort of coupon", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body CouponInput
		},
		) (*web.Body[Made], error) {
			b := in.Body
			n, err := r.Commerce.SaveCoupon(ctx, commerce.CouponChange{
				CouponKind: commerce.CouponKind{
					ID: in.ID, Version: b.Version, Name: b.Name, OffFen: b.OffFen, PayPermille: b.PayPermille, CapFen: b.CapFen, AtFen: b.AtFen, Stackable: b.Stackable, Stock: b.Stock, PerUser: b.PerUser,
					Claim: b.Claim, Code: b.Code, ClaimFrom: b.ClaimFrom, ClaimUntil: b.ClaimUntil, ValidFrom: b.ValidFrom, ValidUntil: b.ValidUntil, ValidDays: b.ValidDays, BackOnRefund: b.BackOnRefund,
				},
				ScopeOf: b.Scope, PlatformsOf: b.Platforms,
			})
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("coupon_switch", http.MethodPost, "coupons/{id}/switch", "Let a coupon be handed out, or stop it", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				On bool `json:"on"`
			}
		},
		) (*none, error) {
			return nil, r.Commerce.SwitchCoupon(ctx, in.ID, in.Body.On)
		})
	web.Handle(r.web, route("coupon_give", http.MethodPost, "coupons/{id}/give", "Hand a coupon to learners", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				UserIDs []int64 `json:"user_ids" minItems:"1" maxItems:"1000"`
			}
		},
		) (*web.Body[Given], error) {
			n, err := r.Commerce.GiveCoupon(ctx, in.ID, in.Body.UserIDs)
			return web.Answer(Given{n}), err
		})
	web.Handle(r.web, route("code_batches", http.MethodGet, "code-batches", "Batches of redeem codes, newest first", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct{ web.PageQuery }) (*web.Body[web.List[BatchView]], error) {
			before, err := in.Keys(1)
			if err != nil {
				return nil, err
			}
			rows, err := r.Commerce.CodeBatches(ctx, first(before), in.Limit+1)
			if err != nil {
				return nil, err
			}
			return web.Answer(web.Page(rows, in.Limit, func(b commerce.CodeBatch) BatchView {
				return BatchView{b.ID, b.Name, b.SKUID, b.Title, b.Size, b.Used, b.ExpiresAt, b.RevokedAt, b.CreatedAt}
			}, func(b commerce.CodeBatch) []int64 { return []int64{b.ID} })), nil
		})
	web.Handle(r.web, route("codes_make", http.MethodPost, "code-batches", "Make redeem codes", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			Body struct {
				Name      string `json:"name" maxLength:"160"`
				SKUID     int64  `json:"sku_id"`
				Size      int64  `json:"size" minimum:"1" maximum:"10000"`
				ExpiresAt int64  `json:"expires_at"`
			}
		},
		) (*web.Body[Made], error) {
			n, err := r.Commerce.MakeCodes(ctx, in.Body.Name, in.Body.SKUID, in.Body.Size, in.Body.ExpiresAt)
			return web.Answer(Made{n}), err
		})
	web.Handle(r.web, route("codes_revoke", http.MethodPost, "code-batches/{id}/revoke", "Make the unused codes of a batch worthless", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			Body struct {
				Reason string `json:"reason" minLength:"2" maxLength:"800"`
			}
		},
		) (*none, error) {
			return nil, r.Commerce.RevokeCodes(ctx, in.ID, in.Body.Reason)
		})
	web.Handle(r.web, route("codes", http.MethodGet, "code-batches/{id}/codes", "Codes of a batch, for the export", tag, account.PermProductEdit),
		func(ctx context.Context, in *struct {
			ByID
			After int64 `query:"after" doc:"Id of the last code seen"`
		},
		) (*web.Body[web.List[CodeView]], error) {
			rows, err := r.Commerce.Codes(ctx, in.ID, in.After, 500)
			if err != nil {
				return nil, err
			}
			out := web.List[CodeView]{Items: []CodeView{}}
			for _, c := range rows {
				out.Items = append(out.Items, CodeView(c))
			}
			return web.Answer(out), err
		})
}

// Given tells how many were handed out.
type Given struct {
	Given int `json:"given" doc:"Who had as many as one person may have is left out"`
}

// CodeView is a redeem code.
type CodeView struct {
	ID     int64  `json:"id"`
	Code   string `json:"code"`
	State  string `json:"state" enum:"ready,used,revoked"`
	UsedAt int64  `json:"used_at"`
}
