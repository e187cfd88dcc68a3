// Package web holds the built clients. dist/ is made by `make build` and not
// committed, but for a stub that keeps `go build` working without Node.
package web

import "embed"

// Dist holds client/ (H5) and admin/ (console) when they were built; the mini program is
// uploaded to WeChat and stays out.
//
//go:embed all:dist/[acs]*
var Dist embed.FS
