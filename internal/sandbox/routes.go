package sandbox

import "net/http"

// routes lists everything the sandbox answers, below the mount prefix.
func (s *Sandbox) routes() {
	m := http.NewServeMux()
	s.mux = m

	const v3 = "/wechatpay/v3/"
	m.HandleFunc("POST "+v3+"pay/transactions/jsapi", s.v3(s.create("JSAPI")))
	m.HandleFunc("POST "+v3+"pay/transactions/h5", s.v3(s.create("MWEB")))
	m.HandleFunc("POST "+v3+"pay/transactions/native", s.v3(s.create("NATIVE")))
	m.HandleFunc("GET "+v3+"pay/transactions/out-trade-no/{no}", s.v3(s.query))
	m.HandleFunc("GET "+v3+"pay/transactions/id/{tid}", s.v3(s.query))
	m.HandleFunc("POST "+v3+"pay/transactions/out-trade-no/{no}/close", s.v3(s.closeOrder))
	m.HandleFunc("POST "+v3+"refund/domestic/refunds", s.v3(s.refund))
	m.HandleFunc("GET "+v3+"refund/domestic/refunds/{rno}", s.v3(s.queryRefund))
	const bills = v3 + "fund-app/mch-transfer/transfer-bills"
	m.HandleFunc("POST "+bills, s.v3(s.transfer))
	m.HandleFunc("GET "+bills+"/out-bill-no/{no}", s.v3(s.queryTransfer))
	m.HandleFunc("POST "+bills+"/out-bill-no/{no}/cancel", s.v3(s.cancelTransfer))
	m.HandleFunc("GET "+v3+"certificates", s.v3(s.certificates))

	m.HandleFunc("GET "+v3+"bill/tradebill", s.v3(s.wechatBill(s.tradeBillFile)))
	m.HandleFunc("GET "+v3+"bill/fundflowbill", s.v3(s.wechatBill(s.fundFlowFile)))
	m.HandleFunc("GET "+v3+"billdownload/file", s.wechatBillFile)

	m.HandleFunc("POST "+v3+"papay/contracts/{id}/notify", s.v3(s.preNotify))
	m.HandleFunc("GET /wechatpay/papay/entrustweb", s.signPage)
	m.HandleFunc("POST /wechatpay/papay/querycontract", s.v2(s.queryContract))
	m.HandleFunc("POST /wechatpay/papay/deletecontract", s.v2(s.deleteContract))
	m.HandleFunc("POST /wechatpay/pay/pappayapply", s.v2(s.charge))
	m.HandleFunc("POST /wechatpay/pay/paporderquery", s.v2(s.queryCharge))
	m.HandleFunc("GET /papay/{code}", s.contractPage)
	m.HandleFunc("POST /papay/{code}", s.own(s.contractSubmit))

	m.HandleFunc("/alipay/gateway.do", s.gateway)
	m.HandleFunc("GET /alipay/bill", s.serveFile)
	m.HandleFunc("GET /alipay/pay/{no}", s.alipayPage)
	m.HandleFunc("POST /alipay/pay/{no}", s.own(s.alipaySubmit))

	const wx = "/weixin/"
	m.HandleFunc("POST "+wx+"cgi-bin/stable_token", s.wx(s.stableToken))
	m.HandleFunc("GET "+wx+"cgi-bin/ticket/getticket", s.wx(s.pageTicket))
	m.HandleFunc("GET "+wx+"sns/jscode2session", s.wx(s.codeSession))
	m.HandleFunc("POST "+wx+"wxa/business/getuserphonenumber", s.authed(s.phoneNumber))
	m.HandleFunc("POST "+wx+"wxa/getwxacodeunlimit", s.miniCode)
	m.HandleFunc("POST "+wx+"wxa/sec/order/is_trade_managed", s.authed(s.tradeManaged))
	m.HandleFunc("POST "+wx+"wxa/sec/order/get_order", s.authed(s.getTrade))
	m.HandleFunc("POST "+wx+"wxa/sec/order/upload_shipping_info", s.authed(s.uploadShipping))
	m.HandleFunc("GET "+wx+"sns/oauth2/access_token", s.wx(s.oauthToken))
	m.HandleFunc("GET "+wx+"sns/userinfo", s.wx(s.userInfo))
	m.HandleFunc("GET "+wx+"connect/oauth2/authorize", s.authorizePage)
	for uri, h := range map[string]func(int, []byte) map[string]any{
		"/xpay/start_upload_goods":   s.uploadGoods,
		"/xpay/query_upload_goods":   s.goodsTask(false),
		"/xpay/start_publish_goods":  s.publishGoods,
		"/xpay/query_publish_goods":  s.goodsTask(true),
		"/xpay/query_order":          s.queryOrder,
		"/xpay/notify_provide_goods": s.provideGoods,
		"/xpay/refund_order":         s.refundOrder,
		"/xpay/download_bill":        s.virtualBill,
	} {
		m.HandleFunc("POST /weixin"+uri, s.xpay(uri, h))
	}
	m.HandleFunc("GET /weixin/bill", s.serveFile)
	m.HandleFunc("POST /sms/send", s.sendSMS)
	m.HandleFunc("POST /fapiao/issue", s.invoicing(s.issueInvoice))
	m.HandleFunc("POST /fapiao/query", s.invoicing(s.queryInvoice))

	m.HandleFunc("GET /{$}", s.home)
	m.HandleFunc("GET /pay/jsapi", s.payJSAPI)
	m.HandleFunc("GET /pay/{no}", s.payPage)
	m.HandleFunc("POST /pay/{no}", s.own(s.paySubmit))
	m.HandleFunc("POST /panel/do/{what}", s.own(s.panelDo))
	m.HandleFunc("POST /panel/virtual/pay", s.own(s.apiVirtualPay))
	m.HandleFunc("GET /panel/api/state", s.apiState)
	m.HandleFunc("GET /panel/api/sms", s.apiSMS)
	m.HandleFunc("POST /panel/api/{what}", s.own(s.apiDo))
}

// own refuses requests that another site's page makes in a browser.
func (s *Sandbox) own(h http.HandlerFunc) http.HandlerFunc {
	guard := http.NewCrossOriginProtection()
	return func(w http.ResponseWriter, r *http.Request) {
		if err := guard.Check(r); err != nil {
			http.Error(w, "只接受本站请求", http.StatusForbidden)
			return
		}
		h(w, r)
	}
}
