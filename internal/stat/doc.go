// Package stat says how far a count may be trusted: intervals of shares, of the difference
// of two of them, and of what an experiment brings that is looked at while it runs. Pure:
// it reads and stores nothing.
package stat
