package session

// State is that of a tunnel's line protocol as keepalives see it.
type State uint8

// The states of the line protocol.
const (
	// Pending: no answer yet, and retries not exhausted: nothing is known.
	Pending State = iota + 1
	// Up: answers come back (R9).
	Up
	// Down: retries were exhausted as a keepalive fell due (R10). Keepalives go
	// on being sent (R11).
	Down
	// Disabled: administratively down, nothing is sent.
	Disabled
)

func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Up:
		return "up"
	case Down:
		return "down"
	case Disabled:
		return "disabled"
	}
	return "invalid"
}

// event is what may happen to a line protocol.
type event uint8

const (
	due       event = iota // a keepalive falls due, the counter is below retries
	exhausted              // a keepalive falls due, the counter is not below retries (R10)
	answer                 // an answer, the last of UpAfter in a row
	partial                // an answer, with more needed in a row
	stray                  // late, duplicate or unmatched: not an answer in flight
	unsent                 // the keepalive could not be sent
	excused                // keepalives in flight were given up as unknown
	stopped                // the operator disables the tunnel
	resumed                // the operator enables it again
	events
)

// transitions is the whole state machine. Pending needs but one answer: UpAfter
// is about coming up again.
var transitions = [Disabled + 1][events]State{
	Pending: {due: Pending, exhausted: Down, answer: Up, partial: Up, stray: Pending, unsent: Pending, excused: Pending, stopped: Disabled, resumed: Pending},
	Up:      {due: Up, exhausted: Down, answer: Up, partial: Up, stray: Up, unsent: Up, excused: Up, stopped: Disabled, resumed: Up},
	Down:    {due: Down, exhausted: Down, answer: Up, partial: Down, stray: Down, unsent: Down, excused: Down, stopped: Disabled, resumed: Down},
	Disabled: {due: Disabled, exhausted: Disabled, answer: Disabled, partial: Disabled, stray: Disabled, unsent: Disabled, excused: Disabled,
		stopped: Disabled, resumed: Pending},
}
