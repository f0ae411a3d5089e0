package fleet

import "time"

// Hook tells a program, or a web server, what happens ([[hook]]). One of Command and
// URL is set.
type Hook struct {
	Name      string // in what is said of it; unique
	On        []HookOn
	Command   []string // a program and its arguments, no shell
	URL       string   // http or https
	TokenFile string   // whose first line is sent as a bearer token; "": none
	// Timeout is how long one run, or one request, may take.
	Timeout time.Duration
	// MinDown is how long a tunnel must have been down, a path have been another one
	// and an incident have gone on before it is told.
	MinDown time.Duration
	Only    Selection
	Line    int // of its [[hook]] in the file, from 1; 0: not from a file
}

// HookOn is what a hook is told of.
type HookOn string

// What there is to be told.
const (
	OnDown     HookOn = "down"     // a tunnel went down
	OnUp       HookOn = "up"       // it came up again
	OnPath     HookOn = "path"     // a spoke has another path, other protection, or its route a dead tunnel
	OnIncident HookOn = "incident" // tunnels went down together; and that it is over
)
