//go:build linux

package hostcheck

// Level is how much a finding matters.
type Level string

// The levels.
const (
	OK      Level = "ok"      // as it should be
	Note    Level = "note"    // worth knowing; nothing is lost by it
	Warning Level = "warning" // keepalives, or what explains them, will be lost in some situation
	Fault   Level = "fault"   // something will not work
)

// Severity is 0 for what may stay as it is, 1 for a [Warning], 2 for a [Fault].
func (l Level) Severity() int {
	switch l {
	case Warning:
		return 1
	case Fault:
		return 2
	}
	return 0
}

// Finding is what one check has found.
type Finding struct {
	Check string // its name
	Level Level
	Found string // what is the case
	Means string // what that means for keepalives; "" where it goes without saying
	Do    string // what to do, as a command where one will do; "" where nothing is to be done
}

// Worst is the severity of the worst finding; 0 where there is none.
func Worst(findings []Finding) int {
	worst := 0
	for _, f := range findings {
		worst = max(worst, f.Level.Severity())
	}
	return worst
}
