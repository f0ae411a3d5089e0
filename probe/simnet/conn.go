package simnet

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
)

// Conn is what the engine sends and receives by. It takes in GRE keepalives that
// come back (protocol type 0) and ICMP echo replies, and on sockets of their own
// the evidence: no Wait of the Conn ends for them, nor are they in its Dropped.
type Conn struct {
	*Socket
	Errors  *Socket // ICMP errors that quote GRE, or an echo that is no diagnostic one
	Replies *Socket // replies to diagnostic echoes

	ways  []egress
	batch []queued

	evidenceID uint16 // of diagnostic echoes; guarded by the Net's lock
}

// egress is a way out, as Egress was told.
type egress struct {
	protocol uint8
	source   addr
	device   string
	ttl, tos uint8
}

// queued is a packet of a batch; way is -1 where the packet has its header.
type queued struct {
	way         int
	destination addr
	payload     []byte
}

// deviceNameMax is the longest name of an interface on Linux (IFNAMSIZ - 1).
const deviceNameMax = 15

// Conn returns new raw sockets of the host for the engine.
func (h *Host) Conn() *Conn {
	c := new(Conn)
	c.Socket = newSocket(h, func(ip ipv4) bool {
		return isAnswer(ip) || isReply(ip) && echoID(ip.body) != c.evidenceID
	})
	c.Errors = newSocket(h, func(ip ipv4) bool { return quotesOurs(ip, c.evidenceID) })
	c.Replies = newSocket(h, func(ip ipv4) bool { return isReply(ip) && echoID(ip.body) == c.evidenceID })
	c.Errors.SetReceiveBuffer(evidenceBuffer)
	c.Replies.SetReceiveBuffer(evidenceBuffer)
	return c
}

// evidenceBuffer is what package rawsock's sockets for evidence are granted.
const evidenceBuffer = 256 << 10

// SetEvidenceID says which identifier diagnostic echoes have; 0 without it.
func (c *Conn) SetEvidenceID(id uint16) {
	c.host.net.mu.Lock()
	defer c.host.net.mu.Unlock()
	c.host.net.advance(time.Now())
	c.evidenceID = id
}

// Egress prepares a way out and returns its handle. It fails for what can never
// work: a protocol other than GRE and ICMP, a source that is not IPv4, a device
// name of over 15 octets, a TTL of 0.
func (c *Conn) Egress(protocol uint8, source netip.Addr, device string, ttl, tos uint8) (int, error) {
	from, err := toAddr(source)
	switch {
	case err != nil:
		return 0, err
	case protocol != protocolGRE && protocol != protocolICMP:
		return 0, fmt.Errorf("simnet: protocol %d is neither GRE (47) nor ICMP (1)", protocol)
	case len(device) > deviceNameMax:
		return 0, fmt.Errorf("simnet: device name %q is longer than %d octets", device, deviceNameMax)
	case ttl == 0:
		return 0, errors.New("simnet: TTL 0 is not sent, 1 to 255 are")
	}
	c.ways = append(c.ways, egress{protocol, from, device, ttl, tos})
	return len(c.ways) - 1, nil
}

// EvidenceEgress is Egress for diagnostic echoes.
func (c *Conn) EvidenceEgress(source netip.Addr, device string, ttl, tos uint8) (int, error) {
	return c.Egress(protocolICMP, source, device, ttl, tos)
}

// ReceiveEvidence calls handle with what has arrived of ICMP errors and of replies
// to diagnostic echoes, at most 64 of each. It never blocks.
func (c *Conn) ReceiveEvidence(handle func(packet []byte, at time.Time)) error {
	for _, s := range []*Socket{c.Errors, c.Replies} {
		if _, err := s.Receive(handle); err != nil {
			return err
		}
	}
	return nil
}

// Queue adds what follows the IP header to the batch. The payload must not
// change until Flush.
func (c *Conn) Queue(egress int, destination [4]byte, payload []byte) {
	c.batch = append(c.batch, queued{egress, destination, payload})
}

// Flush sends the batch and empties it. It calls failed with the place of each
// packet that could not be sent.
func (c *Conn) Flush(failed func(place int, err error)) {
	errs := c.host.flush(c.batch, c.transmit)
	clear(c.batch)
	c.batch = c.batch[:0]
	report(errs, failed)
}

// transmit sends one packet, with the header that Linux gives it: DF clear, an
// identification of the kernel's.
func (c *Conn) transmit(place int, q queued, now time.Time) error {
	if q.way < 0 || q.way >= len(c.ways) {
		return syscall.EBADF
	}
	if headerLen+len(q.payload) > maxTotal {
		return syscall.EMSGSIZE
	}
	w, h := c.ways[q.way], c.host
	if err := h.refuses(place, w.source, q.destination, w.device); err != nil {
		return err
	}
	if !h.locals[w.source] {
		return syscall.EADDRNOTAVAIL // as rawsock says it
	}
	header := outgoing{w.tos, w.ttl, w.protocol, h.nextID(), w.source, q.destination}
	packet := header.append(make([]byte, 0, headerLen+len(q.payload)), q.payload)
	h.send(w.source, q.destination, packet, now)
	return nil
}

// failure is a packet that could not be sent.
type failure struct {
	place int
	err   error
}

// flush sends a batch with one hold of the lock, and returns what failed.
func (h *Host) flush(batch []queued, transmit func(int, queued, time.Time) error) (errs []failure) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	now := time.Now()
	h.net.advance(now)
	for place, q := range batch {
		if err := transmit(place, q, now); err != nil {
			errs = append(errs, failure{place, err})
		}
	}
	return errs
}

func report(errs []failure, failed func(place int, err error)) {
	for _, e := range errs {
		failed(e.place, e.err)
	}
}
