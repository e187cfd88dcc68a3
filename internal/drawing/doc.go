// Package drawing puts letters and shapes on sheets: the outlines of characters it
// brings along, lines and paragraphs in Chinese typography, PNG and PDF. It knows
// nothing of what it draws.
package drawing
