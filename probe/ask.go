package probe

import (
	"encoding/binary"
	"time"

	"github.com/dchest/siphash"

	"greylag/probe/icmp"
	"greylag/probe/session"
)

// askEvery is the least distance of two diagnostic echoes of one tunnel.
const askEvery = time.Second

// inquiry is what the engine knows of a tunnel beside its session: of the echoes
// to its destination, and what it was told of it.
type inquiry struct {
	way     int32  // the echoes' way out
	asked   moment // when the last echo was sent, or could not be
	refused moment // when an ICMP error was last reported
	number  uint16 // of the newest echo
	awaited uint16 // bit n: echo number-n is not answered
}

func newInquiry(way int) inquiry {
	return inquiry{way: int32(way), asked: momentOf(-askEvery), refused: momentOf(-refusedEvery)}
}

// moment is a time in milliseconds since the engine's start, modulo 2^32: enough
// to keep a distance of seconds.
type moment uint32

func momentOf(t time.Duration) moment { return moment(t.Milliseconds()) }

// since returns how long ago m was at now.
func (m moment) since(now time.Duration) time.Duration {
	return time.Duration(momentOf(now)-m) * time.Millisecond
}

// wonder notes that the last keepalive of tunnel i is not answered as the next is
// due: evidence is expected from now on, and an echo will be sent.
func (e *Engine) wonder(i int32, now time.Duration) {
	e.missing = now + missingFor
	m := &e.members[i]
	if m.echo || m.wanted || e.queries[i].asked.since(now) < askEvery {
		return
	}
	m.wanted = true
	e.wants = append(e.wants, i)
}

// ask queues echoes behind the turn's keepalives, as many as the pace leaves, the
// longest wanted first; none while keepalives wait.
func (e *Engine) ask(now time.Duration) {
	e.asks = e.asks[:0]
	if len(e.wants) == 0 || e.wheel.next() <= now {
		return
	}
	room, taken := e.pace.spare(now), 0
	for taken < len(e.wants) && len(e.asks) < room {
		e.askFor(e.wants[taken], now)
		taken++
	}
	e.wants = append(e.wants[:0], e.wants[taken:]...)
	e.pace.spendSpare(len(e.asks))
}

// askFor queues an echo to the destination of tunnel i, unless it has been
// answered, or disabled, meanwhile.
func (e *Engine) askFor(i int32, now time.Duration) {
	m, q := &e.members[i], &e.queries[i]
	m.wanted = false
	if m.session.Counter() < 2 || m.session.State() == session.Disabled { // one is in flight
		return
	}
	q.asked = momentOf(now)
	start, number := len(e.arena), q.number+1
	mark := e.mark(i, m.session.Seq(), number)
	e.arena = icmp.AppendMarkedEcho(e.arena, e.options.EvidenceID, number, mark)
	e.conn.Queue(int(q.way), m.destination, e.arena[start:])
	e.asks = append(e.asks, i)
}

// unasked strikes out an echo that could not be sent, by its place among them.
func (e *Engine) unasked(place int) {
	e.asks[place] = none
	e.stats.echoErrors.Add(1)
}

// asked reports the echoes that were sent.
func (e *Engine) asked() {
	for _, i := range e.asks {
		if i == none {
			continue
		}
		s, q := &e.members[i].session, &e.queries[i]
		q.number++
		q.awaited = q.awaited<<1 | 1
		e.stats.echoes.Add(1)
		e.events = append(e.events, Event{At: e.clock, Kind: Asked, Tunnel: i, Seq: s.Seq(), Counter: s.Counter()})
	}
}

// replied reports the first reply to each of the newest 16 echoes.
func (e *Engine) replied(packet []byte, at time.Time) {
	r, mark, err := icmp.ParseMarkedReply(packet)
	i, seq, ok := e.marked(mark, r.Sequence)
	if err != nil || !ok || r.ID != e.options.EvidenceID || r.Source != e.members[i].destination {
		e.stats.strangers.Add(1)
		return
	}
	e.stats.evidence.Add(1)
	if e.queries[i].settle(r.Sequence) {
		e.events = append(e.events, Event{At: at, Kind: Replied, Tunnel: i, Seq: seq,
			Counter: e.members[i].session.Counter(), TTL: r.TTL})
	}
}

// settle says whether echo number is awaited, and does not await it any more.
func (q *inquiry) settle(number uint16) bool {
	bit := uint16(1) << (q.number - number) // 0 where that is over 15
	was := q.awaited & bit
	q.awaited &^= bit
	return was != 0
}

// mark is what an echo carries so that its reply leads to its tunnel, and cannot
// be forged by who does not see the echo: tunnel, number of the keepalive, and a
// SipHash tag of both, of the echo's number, and of whose numbers these are.
func (e *Engine) mark(i int32, seq uint32, number uint16) icmp.Mark {
	return e.markOf(e.epoch, i, seq, number)
}

func (e *Engine) markOf(epoch uint32, i int32, seq uint32, number uint16) (m icmp.Mark) {
	binary.BigEndian.PutUint32(m[0:], uint32(i))
	binary.BigEndian.PutUint32(m[4:], seq)
	var message [14]byte
	copy(message[:], m[:8])
	binary.BigEndian.PutUint16(message[8:], number)
	binary.BigEndian.PutUint32(message[10:], epoch)
	k0, k1 := binary.LittleEndian.Uint64(e.secret[:]), binary.LittleEndian.Uint64(e.secret[8:])
	binary.BigEndian.PutUint64(m[8:], siphash.Hash(k0, k1, message[:]))
	return m
}

// marked returns what a mark of ours says, in today's numbers.
func (e *Engine) marked(m icmp.Mark, number uint16) (i int32, seq uint32, ok bool) {
	i, seq = int32(binary.BigEndian.Uint32(m[0:])), binary.BigEndian.Uint32(m[4:])
	switch {
	case i >= 0 && int(i) < len(e.members) && m == e.mark(i, seq, number):
		return i, seq, true
	case i >= 0 && int(i) < len(e.before) && m == e.markOf(e.epoch-1, i, seq, number):
		return e.before[i], seq, e.before[i] != none
	}
	return i, seq, false
}
