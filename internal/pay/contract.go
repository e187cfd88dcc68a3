package pay

import (
	"context"
	"time"
)

// ContractState is where a payer's agreement to later charges stands.
type ContractState string

// The contract states. Unknown words of a channel are signing: ask again.
const (
	ContractSigning ContractState = "signing"
	ContractActive  ContractState = "active"
	ContractEnded   ContractState = "ended"
)

// ContractRequest asks a payer to agree to later charges.
type ContractRequest struct {
	Code      string // ours, one per contract
	Serial    int64  // ours, rising
	Account   string // whom the contract is for, as the signing page shows it
	NotifyURL string // where the channel reports signing and ending
}

// ContractReceipt is what the channel says about a contract, from a notification or
// a query. The caller must compare merchant, plan and code with its own row.
type ContractReceipt struct {
	Code       string
	ContractID string // the channel's number
	PlanID     string
	MchID      string
	OpenID     string
	State      ContractState
	At         time.Time // when it became so
}

// Contractor is a channel that may charge later under a contract. Every method may
// be repeated; errors are *Trouble.
type Contractor interface {
	// Sign returns the page on which the payer agrees.
	Sign(r ContractRequest) (Action, error)
	// QueryContract returns a contract by our code. Returns ErrNotFound, ErrRetry,
	// ErrConfig.
	QueryContract(ctx context.Context, code string) (ContractReceipt, error)
	// EndContract ends a contract; ending twice is no error. Returns ErrRetry,
	// ErrConfig.
	EndContract(ctx context.Context, code, why string) error
	// PreNotify has the channel tell the payer of a charge to come. Returns ErrRetry,
	// ErrConfig, ErrUser when the contract is over.
	PreNotify(ctx context.Context, contractID string, amountFen int64) error
	// PlanID is the template that contracts are signed under.
	PlanID() string
}
