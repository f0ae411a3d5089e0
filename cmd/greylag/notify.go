package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"greylag/fleet"
)

// serviceManager is told how greylag does, where one started it as a service and
// wants to know (sd_notify(3)): systemd, as a rule.
type serviceManager func(state string) error

// tellServiceManager is the one that the environment names. Without one nothing is told.
func tellServiceManager(state string) error {
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("the service manager cannot be told at $NOTIFY_SOCKET, %s: %w (systemd sets it; unset it where nothing listens there)",
			os.Getenv("NOTIFY_SOCKET"), listenCause(err))
	}
	return nil
}

// ready says that greylag probes: after the start, or after a reload, whether or not
// that changed anything.
func (m serviceManager) ready() error { return m(daemon.SdNotifyReady) }

// reloading says that the inventory is read again, until ready.
func (m serviceManager) reloading() error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return err
	}
	return m(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", daemon.SdNotifyReloading, now.Nano()/1000))
}

// notifier is the outlet to the service manager: ready, a line of status, signs of
// life, stopping.
type notifier struct {
	manager  serviceManager
	station  *station
	watchdog time.Duration // without a sign of life for so long greylag is killed; 0: never
	trouble  error         // the manager could not be told, as was said already

	changes *fleet.Changes // up to the status that was told
	status  string
	turns   uint64 // of the engine, by the last sign of life
}

// notifiers are the outlet to the service manager, if there is one.
func notifiers(s *station, _ reporting, _ io.Writer) (outlets, error) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil, nil
	}
	watchdog, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return nil, fmt.Errorf("$WATCHDOG_USEC=%s, $WATCHDOG_PID=%s: %w (systemd sets them, by WatchdogSec= in the unit; unset them where nothing does)",
			os.Getenv("WATCHDOG_USEC"), os.Getenv("WATCHDOG_PID"), err)
	}
	return outlets{&notifier{manager: tellServiceManager, station: s, watchdog: watchdog}}, nil
}

// statusEvery is the least time between two lines of status.
const statusEvery = 5 * time.Second

// run implements outlet.
func (n *notifier) run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-n.station.confined:
	}
	n.said(n.manager.ready())
	n.tellStatus()
	status := time.NewTicker(statusEvery)
	defer status.Stop()
	beat, end := n.beat()
	defer end()
	for {
		select {
		case <-ctx.Done():
			n.said(n.manager(daemon.SdNotifyStopping))
			return nil
		case <-status.C:
			n.tellStatus()
		case <-beat:
			n.live()
		}
	}
}

// said notes whether the manager could be told, and says the first time that it could
// not. The next time it may be: systemd too is restarted.
func (n *notifier) said(err error) {
	if err != nil && n.trouble == nil {
		fmt.Fprintf(n.station.stderr, "%v; greylag goes on\n", err)
	}
	n.trouble = err
}

// beat is when signs of life are due: twice in the time that there may be without one.
func (n *notifier) beat() (due <-chan time.Time, end func()) {
	if n.watchdog == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(max(n.watchdog/2, time.Millisecond))
	return t.C, t.Stop
}

// live gives a sign of life if the engine has turned since the last one, and has it
// turn before the next: with nothing to send it sleeps for seconds.
func (n *notifier) live() {
	if turns := n.station.engine.Turns(); turns != n.turns {
		n.turns = turns
		n.said(n.manager(daemon.SdNotifyWatchdog))
	}
	n.station.engine.Nudge()
}

// tellStatus tells the counts, if they are others than last told.
func (n *notifier) tellStatus() {
	before := uint64(0)
	if n.changes != nil {
		before = n.changes.Version
	}
	now := time.Now()
	n.changes = n.station.store.Changes(now, before, n.changes)
	if n.changes.Version == before && !n.changes.Whole {
		return
	}
	sum := fleet.NewSummary(now)
	_ = n.station.store.Walk(now, summing{&sum}) // summing never fails
	if text := statusText(&sum); text != n.status {
		n.status = text
		n.said(n.manager("STATUS=" + text))
	}
}

// summing walks a fleet for its summary.
type summing struct{ sum *fleet.Summary }

func (summing) Tunnel(*fleet.TunnelReport) error { return nil }
func (summing) Spoke(*fleet.SpokeReport) error   { return nil }
func (s summing) Summary(sum *fleet.Summary) error {
	*s.sum = *sum
	return nil
}
