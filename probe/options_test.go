package probe_test

import (
	"net/netip"
	"testing"

	"greylag/probe"
	"greylag/probe/session"
	"greylag/probe/simnet"
)

const (
	echoID     = 4711
	evidenceID = 4712
)

// optionCases are a tunnel with each of the options, and what the far end must
// have configured for it.
var optionCases = []struct {
	name string
	edit func(*probe.Tunnel)
	far  simnet.Tunnel
	ttl  uint8 // of the answer: 255, less the far end's hop; an echo reply starts anew
}{
	{"plain", func(*probe.Tunnel) {}, simnet.Tunnel{}, 254},
	{"key", func(t *probe.Tunnel) { t.HasKey, t.Key = true, 1017 }, simnet.Tunnel{HasKey: true, Key: 1017}, 254},
	{"key 0", func(t *probe.Tunnel) { t.HasKey = true }, simnet.Tunnel{HasKey: true}, 254},
	{"checksum", func(t *probe.Tunnel) { t.Checksum = true }, simnet.Tunnel{Checksum: true}, 254},
	{"sequence", func(t *probe.Tunnel) { t.Sequence = true }, simnet.Tunnel{Sequence: true}, 254},
	{"all", func(t *probe.Tunnel) {
		t.HasKey, t.Key, t.Checksum, t.Sequence, t.Signed = true, 1<<32-1, true, true, true
	},
		simnet.Tunnel{HasKey: true, Key: 1<<32 - 1, Checksum: true, Sequence: true}, 254},
	{"signed", func(t *probe.Tunnel) { t.Signed = true }, simnet.Tunnel{}, 254},
	{"other TTL and TOS", func(t *probe.Tunnel) { t.TTL, t.TOS = 9, 0x28 }, simnet.Tunnel{}, 8},
	{"other source", func(t *probe.Tunnel) { t.Source = nearOther }, simnet.Tunnel{}, 254},
	{"reply_to", func(t *probe.Tunnel) { t.ReplyTo = nearOther }, simnet.Tunnel{}, 254},
	{"reply_to, signed", func(t *probe.Tunnel) { t.ReplyTo, t.Signed = nearOther, true }, simnet.Tunnel{}, 254},
	{"echo", func(t *probe.Tunnel) { t.Echo = true }, simnet.Tunnel{}, 64},
}

// Tunnels of every kind, one engine for all, come up and stay up.
func TestOptions(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		tunnels, every := optionTunnels(n)
		e := start(t, n.conn(), tunnels, probe.Options{EchoID: echoID})
		e.await(t, n.patience(), "all up", inState(session.Up, every...))
		e.await(t, n.patience(), "ten answers each", atLeast(10, probe.Answered, 0, every...))
		e.stop(t)
		for i, c := range optionCases {
			stayedUp(t, c.name, e.all().of(i), c.ttl)
		}
		if s := e.Stats(); s.Strangers != 0 || s.Dropped != 0 || s.SendErrors != 0 {
			t.Errorf("engine's counters: %+v; want no strangers, drops, errors", s)
		}
	})
}

func optionTunnels(n network) (tunnels []probe.Tunnel, every []int) {
	for i, c := range optionCases {
		tunnel := tunnelTo(far(byte(i+1)), n.interval())
		c.edit(&tunnel)
		c.far.Remote = tunnel.Source
		n.farEnd(tunnel.Destination, c.far)
		tunnels, every = append(tunnels, tunnel), append(every, i)
	}
	return tunnels, every
}

// stayedUp checks that a tunnel came up with its first answer and lost nothing.
func stayedUp(t *testing.T, name string, h history, ttl uint8) {
	t.Helper()
	if lines := h.kind(probe.Line); len(lines) != 1 || lines[0].From != session.Pending || lines[0].To != session.Up {
		t.Errorf("%s: line protocol:\n%swant pending→up alone", name, lines.tail(9))
	}
	if odd := h.kind(probe.Unsent, probe.Late, probe.Duplicate, probe.Unmatched, probe.Excused); len(odd) > 0 {
		t.Errorf("%s: %d odd events:\n%s", name, len(odd), odd.tail(9))
	}
	answers := h.kind(probe.Answered)
	for i, e := range answers {
		if e.Seq != uint32(i+1) || e.Counter != 0 || e.RTT < 0 || e.TTL != ttl {
			t.Fatalf("%s: answer %d: %+v; want that of keepalive %[2]d, counter 0, TTL %[4]d", name, i+1, e, ttl)
		}
	}
	if sent := len(h.kind(probe.Sent)); sent-len(answers) > 1 {
		t.Errorf("%s: %d sent, %d answered; want all but the last", name, sent, len(answers))
	}
}

// The far end rewrites the identification: match = "address" needs no match.
func TestMatchAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		n.farEnd(far(1), simnet.Tunnel{})
		n.farEnd(far(2), simnet.Tunnel{})
		byAddress, byID := tunnelTo(far(1), n.interval()), tunnelTo(far(2), n.interval())
		byAddress.MatchAddress = true
		e := start(t, &rewriting{Conn: n.conn()}, []probe.Tunnel{byAddress, byID}, probe.Options{})
		e.await(t, n.patience(), "ten answers", atLeast(10, probe.Answered, 0, 0))
		e.await(t, n.patience(), "the other down", inState(session.Down, 1))
		e.stop(t)
		stayedUp(t, "by address", e.all().of(0), 254)
		other := e.all().of(1)
		if len(other.kind(probe.Answered)) != 0 || len(other.kind(probe.Unmatched)) < 3 {
			t.Errorf("by identification:\n%s; want all unmatched", other.tail(20))
		}
	})
}

// Behind NAT the answer comes to reply_to, whose address is then made the source's:
// the tag, which covers reply_to, is right all the same.
func TestBehindNAT(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		signed, bare := tunnelTo(far(1), n.interval()), tunnelTo(far(2), n.interval())
		signed.Signed = true
		signed.ReplyTo, bare.ReplyTo = nearOther, nearOther
		n.farEnd(far(1), simnet.Tunnel{})
		n.farEnd(far(2), simnet.Tunnel{})
		e := start(t, &translating{n.conn()}, []probe.Tunnel{signed, bare}, probe.Options{})
		e.await(t, n.patience(), "ten answers each", atLeast(10, probe.Answered, 0, 0, 1))
		e.stop(t)
		stayedUp(t, "signed", e.all().of(0), 254)
		stayedUp(t, "bare", e.all().of(1), 254)
	})
}

// Tunnels that differ in their key alone are told apart.
func TestKeysTellTunnelsApart(t *testing.T) {
	onBoth(t, func(t *testing.T, n network) {
		var tunnels []probe.Tunnel
		for key := range uint32(3) {
			tunnel := tunnelTo(far(1), n.interval())
			tunnel.Name += string(rune('a' + key))
			tunnel.HasKey, tunnel.Key = key > 0, key
			tunnels = append(tunnels, tunnel)
		}
		n.farEnd(far(1), simnet.Tunnel{}, simnet.Tunnel{HasKey: true, Key: 2}) // none with key 1
		e := start(t, n.conn(), tunnels, probe.Options{})
		e.await(t, n.patience(), "0 and 2 up", inState(session.Up, 0, 2))
		e.await(t, n.patience(), "1 down", inState(session.Down, 1))
		e.stop(t)
		stayedUp(t, "no key", e.all().of(0), 254)
		stayedUp(t, "key 2", e.all().of(2), 254)
	})
}

func TestNewRefuses(t *testing.T) {
	good := tunnelTo(far(1), 1e9)
	for name, edit := range map[string]func(*probe.Tunnel){
		"no source":        func(t *probe.Tunnel) { t.Source = netip.Addr{} },
		"IPv6":             func(t *probe.Tunnel) { t.Destination = netip.MustParseAddr("2001:db8::1") },
		"IPv6 reply_to":    func(t *probe.Tunnel) { t.ReplyTo = netip.MustParseAddr("2001:db8::1") },
		"no interval":      func(t *probe.Tunnel) { t.Interval = 0 },
		"no retries":       func(t *probe.Tunnel) { t.Retries = 0 },
		"256 retries":      func(t *probe.Tunnel) { t.Retries = 256 },
		"up_after 0":       func(t *probe.Tunnel) { t.UpAfter = 0 },
		"up_after 256":     func(t *probe.Tunnel) { t.UpAfter = 256 },
		"long device name": func(t *probe.Tunnel) { t.Device = "a-name-of-16-chr" },
		"same answers":     func(*probe.Tunnel) {},
	} {
		bad := tunnelTo(far(2), 1e9)
		if name == "same answers" {
			bad = tunnelTo(far(1), 1e9)
		}
		bad.Name = "the-bad-one"
		edit(&bad)
		_, err := probe.New(newSimulated(t).conn(), newRecorder(), []probe.Tunnel{good, bad}, probe.Options{})
		if err == nil || !contains(err.Error(), "the-bad-one") {
			t.Errorf("%s: %v; want an error that names the tunnel", name, err)
		}
	}
}
