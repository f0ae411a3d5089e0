//go:build linux

package routes

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"greylag/probe/awake"
)

// inTime is how soon a change of the kernel's must be told, while this process runs.
const inTime = time.Second

// patience is how long it is waited for at all.
const patience = time.Minute

// follower follows 10.17.0.0/16 on a real kernel.
type follower struct {
	*kernel
	clock    *awake.Clock
	watcher  *Watcher
	stop     func() // returns when Run has
	changes  chan Change
	failures chan error
}

func follow(t testing.TB) *follower {
	t.Helper()
	f := &follower{kernel: newKernel(t), clock: awake.Start(t), changes: make(chan Change, 100), failures: make(chan error, 100)}
	var err error
	f.watcher, err = Watch([]netip.Prefix{seoul})
	f.do(err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f.watcher.Run(ctx, func(changes []Change) {
			for _, c := range changes {
				f.changes <- c
			}
		}, func(err error) { f.failures <- err })
	}()
	f.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(func() {
		f.stop()
		f.do(f.watcher.Close())
		f.do(f.watcher.Close()) // again does nothing
	})
	return f
}

// told waits until the route is by a device, "" for none. What stands in between
// may be told or not.
func (f *follower) told(device string) Change {
	f.t.Helper()
	begun, limit := time.Now(), time.After(patience)
	for {
		select {
		case c := <-f.changes:
			if c.Found != (device != "") || c.Route.Device != device {
				continue
			}
			if took := f.clock.Between(begun, time.Now()); took > inTime {
				f.t.Errorf("the route by %q was told of after %v, want within %v", device, took, inTime)
			}
			return c
		case err := <-f.failures:
			f.t.Fatal(err)
		case <-limit:
			f.t.Fatalf("within %v nothing was told of a route by %q", patience, device)
		}
	}
}

func (f *follower) quiet(d time.Duration) {
	f.t.Helper()
	select {
	case c := <-f.changes:
		f.t.Errorf("told of a change that nobody made: %+v", c)
	case err := <-f.failures:
		f.t.Error(err)
	case <-time.After(d):
	}
}

func (f *follower) link(name string) netlink.Link {
	f.t.Helper()
	link, err := netlink.LinkByName(name)
	f.do(err)
	return link
}

// Each way in which a route comes and goes, announced or not.
func TestFollow(t *testing.T) {
	f := follow(t)
	f.route("10.17.0.0/16", "eth2", metric(200))
	f.told("eth2")
	primary := f.route("10.17.0.0/16", "eth1", metric(100))
	f.told("eth1")
	f.do(netlink.RouteDel(primary))
	f.told("eth2")
	f.route("10.17.0.0/16", "eth1", metric(100))
	f.told("eth1")
	f.do(netlink.LinkSetDown(f.link("eth1"))) // its routes go without a word
	f.told("eth2")
	f.do(netlink.LinkSetDown(f.link("eth2")))
	f.told("")
	f.do(netlink.LinkSetUp(f.link("eth2")))
	f.route("0.0.0.0/0", "eth2")
	f.told("eth2")
	f.do(netlink.LinkDel(f.link("eth2")))
	f.told("")
}

func TestFollowRenaming(t *testing.T) {
	f := follow(t)
	f.route("10.17.0.0/16", "eth1")
	f.told("eth1")
	eth1 := f.link("eth1")
	t.Cleanup(func() { f.do(netlink.LinkDel(eth1)) })
	if err := netlink.LinkSetName(eth1, "gre1"); errors.Is(err, unix.EBUSY) {
		t.Skip("this kernel renames no interface that is up")
	} else {
		f.do(err)
	}
	f.told("gre1")
}

// An address that goes takes with it the routes that prefer it as a source.
func TestFollowAddress(t *testing.T) {
	f := follow(t)
	here := &netlink.Addr{IPNet: destination("198.18.7.1/32")}
	f.do(netlink.AddrAdd(f.link("eth2"), here))
	f.route("10.17.0.0/16", "eth1", func(r *netlink.Route) { r.Src = here.IP })
	f.told("eth1")
	f.do(netlink.AddrDel(f.link("eth2"), here))
	f.told("")
}

// What does not concern the prefix is not even looked at.
func TestFollowIgnoresOthers(t *testing.T) {
	f := follow(t)
	f.route("10.17.0.0/16", "eth1")
	f.told("eth1")
	f.quiet(600 * time.Millisecond) // until the last reading has been,
	f.quiet(100 * time.Millisecond) // though this process may have slept meanwhile
	begun := time.Now()
	f.route("10.18.0.0/16", "eth1")
	f.route("10.17.9.0/24", "eth2")
	f.quiet(200 * time.Millisecond)
	f.stop()
	if ended := f.watcher.pace.ended; ended.After(begun) {
		t.Errorf("the tables were read %v after a change that does not concern anybody", ended.Sub(begun))
	}
}

// A storm of 20,000 routes that overruns the socket: what is true at the end is
// told in time.
func TestFollowAStorm(t *testing.T) {
	f := follow(t)
	f.route("10.17.0.0/16", "eth2", metric(200))
	f.told("eth2")
	for i := range 10_000 {
		r := &netlink.Route{Dst: destination(fmt.Sprintf("11.%d.%d.0/24", i>>8, i&255)), LinkIndex: f.index["eth1"], Scope: unix.RT_SCOPE_LINK}
		f.do(netlink.RouteAdd(r))
		if i%100 == 0 {
			f.do(netlink.RouteAppend(&netlink.Route{Dst: destination("10.0.0.0/8"), LinkIndex: f.index["eth1"], Priority: i + 1, Scope: unix.RT_SCOPE_LINK}))
		}
	}
	f.route("10.17.0.0/16", "eth1", metric(100))
	f.told("eth1")
}

// An overrun of the socket counts as a change of anything.
func TestHearAnOverrun(t *testing.T) {
	k := newKernel(t)
	l := &listener{open: openAnnouncements, in: interestIn([]netip.Prefix{seoul})}
	var err error
	l.socket, err = l.open()
	k.do(err)
	raw, err := l.socket.SyscallConn()
	k.do(err)
	k.do(raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1) }))
	k.do(err)
	for i := range 200 { // none of them concerns the prefix
		k.route(fmt.Sprintf("11.0.%d.0/24", i), "eth1")
	}
	heard := make(chan notice, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.listen(ctx, heard)
	}()
	select {
	case n := <-heard:
		if !n.links || n.err != nil {
			t.Errorf("%+v, want any change, and no error", n)
		}
	case <-time.After(patience):
		t.Error("nothing was heard")
	}
	cancel()
	<-ended
	k.do(l.close())
}

// A socket that fails is opened anew; what changed meanwhile is found.
func TestFollowOnANewSocket(t *testing.T) {
	k := newKernel(t)
	l := &listener{open: openAnnouncements, in: interestIn([]netip.Prefix{seoul})}
	var err error
	l.socket, err = l.open()
	k.do(err)
	refusals := 1
	l.open = func() (*os.File, error) {
		if refusals--; refusals >= 0 {
			return nil, os.ErrPermission
		}
		return openAnnouncements()
	}
	heard := make(chan notice, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	k.do(l.socket.Close()) // as if the kernel had taken it
	go func() {
		defer close(ended)
		l.listen(ctx, heard)
	}()
	for i, want := range []error{os.ErrClosed, os.ErrPermission, nil} {
		if n := <-heard; !errors.Is(n.err, want) || !n.links {
			t.Errorf("notice %d: %+v, want %v", i, n, want)
		}
	}
	k.route("10.17.0.0/16", "eth1")
	if n := <-heard; n.links || n.err != nil {
		t.Errorf("%+v, want a route", n)
	}
	cancel()
	<-ended
	k.do(l.close())
}

// TestGREDevice needs a kernel with ip_gre.
func TestGREDevice(t *testing.T) {
	f := follow(t)
	want := GRE{Local: netip.MustParseAddr("192.0.2.10"), Remote: netip.MustParseAddr("198.51.100.17"), Key: 1017, HasKey: true}
	gre := &netlink.Gretun{LinkAttrs: netlink.LinkAttrs{Name: "gre17"},
		Local: want.Local.AsSlice(), Remote: want.Remote.AsSlice(), IKey: 1017, OKey: 1017}
	if err := netlink.LinkAdd(gre); errors.Is(err, unix.EOPNOTSUPP) {
		t.Skip("this kernel has no ip_gre (modprobe ip_gre)")
	} else {
		f.do(err)
	}
	t.Cleanup(func() { f.do(netlink.LinkDel(f.link("gre17"))) })
	f.do(netlink.LinkSetUp(gre))
	f.index["gre17"] = f.link("gre17").Attrs().Index
	f.route("10.17.0.0/16", "gre17")
	if c := f.told("gre17"); c.GRE != want {
		t.Errorf("%+v, want %+v", c.GRE, want)
	}
}

// A device that is no tunnel, or is gone, is none.
func TestGREOfOtherDevices(t *testing.T) {
	k := newKernel(t)
	for _, name := range []string{"eth1", "lo", "nobody0", "a-name-that-is-far-too-long"} {
		if g, err := k.table.gre(name); g != (GRE{}) || err != nil {
			t.Errorf("%s: %+v, %v", name, g, err)
		}
	}
	k.do(k.table.Close())
	if _, err := k.table.gre("eth1"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v, want os.ErrClosed", err)
	}
}
