package tui

import "greylag/fleet"

// glyphs are the signs of the states and paths: one code point each, of a width
// that all terminals agree on.
type glyphs struct {
	ascii                               bool
	down, degraded, pending, up, off    string
	none, backup, primary, unprotected  string
	cursor, fresh, muted, rising, falls string
	rule, ellipsis                      string
	quiet                               string // up, where thousands of signs are on the screen
	hole                                string // a route into a tunnel that is down (R2)
	plays                               string // a recording goes on
	disagree                            string // up from one vantage point, down from another
	unseen                              string // a vantage point does not know the tunnel
	stale                               string // a vantage point that says nothing new
}

var unicodeGlyphs = glyphs{
	down: "✗", degraded: "~", pending: "?", up: "✓", off: "-",
	none: "∅", backup: "↷", primary: "✓", unprotected: "!",
	cursor: ">", fresh: "*", muted: "m", rising: "▴", falls: "▾",
	rule: "|", ellipsis: "⋯", quiet: "∙", hole: "⊗", plays: "▸",
	disagree: "⇅", unseen: "◌", stale: "⊘",
}

var asciiGlyphs = glyphs{
	ascii: true,
	down:  "X", degraded: "~", pending: "?", up: "+", off: "-",
	none: "0", backup: ">", primary: "+", unprotected: "!",
	cursor: ">", fresh: "*", muted: "m", rising: "^", falls: "v",
	rule: "|", ellipsis: "~", quiet: ".", hole: "@", plays: ">",
	disagree: "%", unseen: "o", stale: "s",
}

// state is the sign of a tunnel's state.
func (g *glyphs) state(s fleet.State) string {
	switch s {
	case fleet.Down:
		return g.down
	case fleet.Degraded:
		return g.degraded
	case fleet.Up:
		return g.up
	case fleet.Disabled:
		return g.off
	case fleet.Unseen:
		return g.unseen
	}
	return g.pending
}

// path is the sign of a spoke's path.
func (g *glyphs) path(p fleet.Path) string {
	switch p {
	case fleet.PathNone:
		return g.none
	case fleet.PathBackup:
		return g.backup
	case fleet.PathPrimary:
		return g.primary
	case fleet.PathUnseen:
		return g.unseen
	}
	return g.pending
}
