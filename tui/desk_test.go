package tui

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"greylag/fleet"
)

// desk is a program at work: a night of 60 tunnels on 120x40, with an engine
// that can be told things.
type desk struct {
	*model
	scene   *scene
	control *controlled
	dir     string
}

// controlled is a scene whose engine does what it is told.
type controlled struct {
	*scene
	calls []string
	err   error
}

func (c *controlled) SetEnabled(position int, enabled bool) error {
	verb := "disable "
	if enabled {
		verb = "enable "
	}
	c.calls = append(c.calls, verb+c.inv.Tunnels[position].Name)
	return c.err
}

func (c *controlled) ProbeNow(position int) error {
	c.calls = append(c.calls, "probe "+c.inv.Tunnels[position].Name)
	return c.err
}

func newDesk(t *testing.T) *desk {
	d := &desk{scene: night(60), dir: t.TempDir()}
	d.control = &controlled{scene: d.scene}
	d.model = open(d.control, d.scene, 120, 40, func(o *Options) {
		o.SnapshotDir = d.dir
		o.StatePath = filepath.Join(d.dir, "state", "tui.json")
		o.Write = func(w io.Writer, r *fleet.Report) error {
			_, err := w.Write([]byte(r.Tunnels[0].Tunnel.Name + "\n"))
			return err
		}
		o.JSON = func(t *fleet.TunnelReport) string { return `{"name":"` + t.Tunnel.Name + `"}` }
	})
	return d
}

// under is the name of the tunnel under the cursor.
func (d *desk) under() string { return d.board.cursorName() }

// footer is the last line of the screen.
func (d *desk) footer() string {
	lines := strings.Split(screenOf(d.model), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// On a night of 60 tunnels the table shows, from the top: 6 that are down, the
// four that failed last before those that never answered; 2 that are slow;
// 50 that are up; 2 that are disabled. These are their names.
const (
	firstName  = "ams2-tokyo-1"
	secondName = "fra1-jakarta-2"
	lastName   = "ams2-seoul-5"
	pageLines  = 36 // rows of the table on 120x40
)
