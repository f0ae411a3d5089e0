//go:build linux

package hostcheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	icmpwire "greylag/probe/icmp"
	"greylag/probe/rawsock"
)

// mostLoops bounds how many addresses send to themselves.
const mostLoops = 64

// gatherSockets opens sockets as the engine does, sees what buffer is granted,
// and sends a few packets through them.
func (f *facts) gatherSockets(ctx context.Context) {
	id := binary.NativeEndian.Uint16(random(2))
	conn, err := rawsock.Open(rawsock.Options{ReceiveBuffer: f.ReceiveBuffer, Echo: true, EchoID: id})
	if f.sockets = err; err != nil {
		return
	}
	if f.granted, err = conn.ReceiveBuffer(); err == nil {
		f.loops = f.loopAddresses()
		l := looper{conn: conn, mark: random(markLen), id: id, loops: f.loops}
		l.send()
		l.await(ctx)
	}
	f.sockets = errors.Join(err, conn.Close())
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// loopAddresses are the sources that are this host's, or else the loopback
// address.
func (f *facts) loopAddresses() (list []loop) {
	for address, place := range f.sources {
		if place.local && address != loopbackAddress {
			list = append(list, loop{address: address, other: loopbackAddress})
		}
	}
	if list == nil {
		return []loop{{address: loopbackAddress, other: loopbackAddress.Next()}}
	}
	slices.SortFunc(list, func(a, b loop) int { return a.address.Compare(b.address) })
	return list[:min(len(list), mostLoops)]
}

var loopbackAddress = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// looper sends packets between an address of this host and the loopback address,
// as they are sent between a tunnel's ends: one there, and one back that
// connection tracking takes for its answer. The GRE packets are as answers are
// (R7), the others are ICMP echo and its reply, whether the kernel replies or not.
type looper struct {
	conn  *rawsock.Conn
	mark  []byte // ours, behind the GRE header
	id    uint16 // ours, in the ICMP header
	loops []loop
	sent  []*passage // of each packet in the batch
}

// markLen keeps the GRE packets under the 12 octets from which a kernel with
// ip_gre says that it knows no such tunnel.
const markLen = 4

// patience is how long packets may take that do not leave this host.
const patience = time.Second

func (l *looper) send() {
	gre := append([]byte{0, 0, 0, 0}, l.mark...) // no flags, protocol type 0
	echo := icmpwire.AppendEcho(nil, l.id, 0)
	reply := replyTo(echo)
	for i := range l.loops {
		p := &l.loops[i]
		l.queue(unix.IPPROTO_GRE, p.address, p.other, gre, &p.gre)
		l.queue(unix.IPPROTO_GRE, p.other, p.address, gre, &p.gre)
		l.queue(unix.IPPROTO_ICMP, p.address, p.other, echo, &p.icmp)
		l.queue(unix.IPPROTO_ICMP, p.other, p.address, reply, &p.icmp)
	}
	l.conn.Flush(func(place int, err error) {
		if *l.sent[place] = untried; errors.Is(err, unix.EPERM) {
			*l.sent[place] = refused
		}
	})
}

func (l *looper) queue(protocol uint8, from, to netip.Addr, payload []byte, became *passage) {
	way, err := l.conn.Egress(protocol, from, "", 255, 0xc0)
	if err != nil {
		return
	}
	*became = vanished
	l.sent = append(l.sent, became)
	l.conn.Queue(way, to.As4(), payload)
}

// replyTo makes the reply to an ICMP echo: its type is 0 instead of 8 (RFC 792),
// by which the checksum grows (RFC 1624).
func replyTo(echo []byte) []byte {
	reply := slices.Clone(echo)
	reply[0] = 0
	sum := uint32(binary.BigEndian.Uint16(echo[2:])) + 8<<8
	binary.BigEndian.PutUint16(reply[2:], uint16(sum+sum>>16))
	return reply
}

// await takes in what arrives, until all has or patience ends.
func (l *looper) await(ctx context.Context) {
	for deadline := time.Now().Add(patience); l.missing() && ctx.Err() == nil; {
		left := time.Until(deadline)
		if left <= 0 {
			return
		}
		l.conn.Wait(left, true)
		if _, err := l.conn.Receive(func(packet []byte, _ time.Time) { l.arrived(packet) }); err != nil {
			return
		}
	}
}

func (l *looper) missing() bool {
	return slices.ContainsFunc(l.loops, func(p loop) bool { return p.gre == vanished || p.icmp == vanished })
}

// arrived sorts a packet, header included: an answer to one of these addresses,
// or another program's.
func (l *looper) arrived(packet []byte) {
	if len(packet) < 28 || packet[0] != 0x45 {
		return
	}
	from, to := netip.AddrFrom4([4]byte(packet[12:])), netip.AddrFrom4([4]byte(packet[16:]))
	i := slices.IndexFunc(l.loops, func(p loop) bool { return p.address == to && p.other == from })
	if i < 0 {
		return
	}
	switch p, body := &l.loops[i], packet[20:]; {
	case packet[9] == unix.IPPROTO_GRE && bytes.Equal(body[4:8], l.mark):
		p.gre = arrive(p.gre)
	case packet[9] == unix.IPPROTO_ICMP && body[0] == 0 && binary.BigEndian.Uint16(body[4:]) == l.id:
		p.icmp = arrive(p.icmp)
	}
}

// arrive is a packet's arrival, which does not undo that another was refused.
func arrive(p passage) passage {
	if p == vanished {
		return passed
	}
	return p
}
