package commerce

// The states of an order, a payment and a refund, and every move that is allowed.
// The SQL of each move names the state it starts from; these tables are what the
// tests and the audits compare with (INV-10).

// Order states.
const (
	Pending  = "pending"
	Paid     = "paid"
	Closed   = "closed"
	Refunded = "refunded"
)

// OrderMoves is the graph of an order.
var OrderMoves = map[string][]string{
	Pending: {Paid, Closed},
	Paid:    {Refunded},
}

// Payment states.
const (
	PaymentCreated = "created"
	PaymentPaid    = "paid"
	PaymentClosed  = "closed"
	PaymentHeld    = "held" // paid, but not what we asked for: a person decides
)

// PaymentMoves is the graph of a payment attempt. A closed attempt may still turn
// out paid: the channel, not we, has the last word.
var PaymentMoves = map[string][]string{
	PaymentCreated: {PaymentPaid, PaymentClosed, PaymentHeld},
	PaymentClosed:  {PaymentPaid, PaymentHeld},
	PaymentHeld:    {PaymentPaid}, // a person matched it to its order
}

// What a paid attempt led to.
const (
	Settled   = "settled"
	Duplicate = "duplicate"
	Late      = "late"
	Mismatch  = "mismatch"
)

// Refund states.
const (
	RefundRequested  = "requested"
	RefundApproved   = "approved"   // access is gone, the channel will be asked
	RefundProcessing = "processing" // the channel has it
	RefundSucceeded  = "succeeded"
	RefundRejected   = "rejected"
	RefundAbnormal   = "abnormal" // the channel could not pay it out: a person acts
)

// RefundMoves is the graph of a refund.
var RefundMoves = map[string][]string{
	RefundRequested:  {RefundApproved, RefundRejected},
	RefundApproved:   {RefundProcessing, RefundSucceeded, RefundAbnormal},
	RefundProcessing: {RefundSucceeded, RefundAbnormal},
	RefundAbnormal:   {RefundApproved, RefundSucceeded},
}
