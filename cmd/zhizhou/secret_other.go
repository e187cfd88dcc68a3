//go:build !linux

package main

// hideInput is not made for this system: what is typed is shown.
func hideInput(int) (restore func()) { return nil }
