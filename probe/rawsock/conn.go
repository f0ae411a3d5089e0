//go:build linux

package rawsock

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Options of a connection.
type Options struct {
	// ReceiveBuffer is how many bytes of answers the kernel should hold for us,
	// by its own accounting: [BytesPerAnswer] each. More than the system allows
	// (net.core.rmem_max) is granted only with CAP_NET_ADMIN.
	ReceiveBuffer int
	// Echo: replies to ICMP echoes with identifier EchoID are received from the start.
	// Without it they are from the first [Conn.Egress] of ICMP on: the socket is there,
	// since opening it later takes a capability that may have been given up, but as
	// long as nothing is sent by it nobody looks at it.
	Echo   bool
	EchoID uint16
	// EvidenceID is the identifier of diagnostic echoes, whose replies are
	// evidence. It must not be EchoID.
	EvidenceID uint16
}

// BytesPerAnswer is what one answer takes of a receive buffer, by the kernel's
// accounting (measured).
const BytesPerAnswer = 876

// Conn carries keepalives and their answers, ICMP echo where asked to, and
// evidence of why answers are missing. Its methods but Wake are for one
// goroutine.
type Conn struct {
	*waiter
	gre       *sender
	icmp      *sender
	idle      *receiver // of icmp, as long as nothing is sent by it; else nil
	asking    *sender   // of diagnostic echoes
	receivers []*receiver
	evidence  []*receiver // neither waited for nor in Dropped
	egresses  []*egress
	queued    []int // the egress of each packet in the batch
	unqueued  []failure
}

// failure is a packet that did not make it into the batch.
type failure struct {
	place int
	err   error
}

// Open opens the sockets. It fails with [ErrPermission] where CAP_NET_RAW is
// lacking.
func Open(o Options) (*Conn, error) {
	c := &Conn{}
	if err := c.open(o); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *Conn) open(o Options) (err error) {
	answers, err := openReceiver(unix.IPPROTO_GRE, answerFilter(), answerRoom, o.ReceiveBuffer)
	if err != nil {
		return err
	}
	c.receivers = append(c.receivers, answers)
	if c.gre, err = sendingBy(answers.socket, o.ReceiveBuffer); err != nil {
		return err
	}
	c.gre.mate = openMate(unix.IPPROTO_GRE, o.ReceiveBuffer)
	if c.idle, err = openReceiver(unix.IPPROTO_ICMP, echoFilter(o.EchoID), answerRoom, o.ReceiveBuffer); err != nil {
		return err
	}
	if c.icmp, err = sendingBy(c.idle.socket, o.ReceiveBuffer); err != nil {
		return err
	}
	if err := c.openEvidence(o); err != nil {
		return err
	}
	if c.waiter, err = newWaiter(answers.socket); err == nil && o.Echo {
		err = c.employ()
	}
	return err
}

// employ has the idle socket receive, if it does not yet.
func (c *Conn) employ() error {
	if c.idle == nil {
		return nil
	}
	if err := c.waiter.add(c.idle.socket); err != nil {
		return fmt.Errorf("waiting for ICMP echo: %w", err)
	}
	c.receivers, c.idle = append(c.receivers, c.idle), nil
	return nil
}

// openReceiver opens a socket that receives what the filter passes.
func openReceiver(protocol int, program []bpf.Instruction, room, buffer int) (*receiver, error) {
	s, err := openSocket(protocol)
	if err != nil {
		return nil, err
	}
	r, err := newReceiver(s, program, room, buffer)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return r, nil
}

// sendingBy has a socket send, too.
func sendingBy(s *socket, buffer int) (*sender, error) {
	if err := s.headerOptions(); err != nil {
		return nil, err
	}
	s.buffer(unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, buffer)
	return newSender(s), nil
}

// Close closes the sockets.
func (c *Conn) Close() error {
	var errs []error
	for _, r := range slices.Concat(c.receivers, c.evidence) {
		errs = append(errs, r.close())
	}
	if c.idle != nil {
		errs = append(errs, c.idle.close())
	}
	if c.gre != nil && c.gre.mate != nil {
		errs = append(errs, c.gre.mate.close())
	}
	if c.waiter != nil {
		errs = append(errs, c.waiter.close())
	}
	return errors.Join(errs...)
}

// ReceiveBuffer returns the receive buffer's size as the kernel granted it, in
// bytes by its own accounting.
func (c *Conn) ReceiveBuffer() (int, error) { return c.receivers[0].size() }

// Egress prepares a way out: packets of protocol (GRE or ICMP) from source,
// through device or as the routing table says, with ttl and tos in their IP
// header. It returns its handle for Queue.
func (c *Conn) Egress(protocol uint8, source netip.Addr, device string, ttl, tos uint8) (int, error) {
	switch protocol {
	case unix.IPPROTO_GRE:
		return c.addEgress(c.gre, source, device, ttl, tos)
	case unix.IPPROTO_ICMP:
		if err := c.employ(); err != nil {
			return 0, err
		}
		return c.addEgress(c.icmp, source, device, ttl, tos)
	}
	return 0, fmt.Errorf("protocol %d is neither GRE nor ICMP", protocol)
}

func (c *Conn) addEgress(out *sender, source netip.Addr, device string, ttl, tos uint8) (int, error) {
	e, err := newEgress(out, source, device, ttl, tos)
	if err != nil {
		return 0, err
	}
	c.egresses = append(c.egresses, e)
	return len(c.egresses) - 1, nil
}

// Queue adds a packet to the batch: payload follows the IP header that the
// kernel builds, and must not change until Flush.
func (c *Conn) Queue(way int, destination [4]byte, payload []byte) {
	place := len(c.queued)
	c.queued = append(c.queued, way)
	e := c.egresses[way]
	oob, err := e.control()
	if err != nil {
		c.unqueued = append(c.unqueued, failure{place, err})
		return
	}
	e.out.queue(place, destination, payload, oob)
}

// Flush sends the batch with one system call for 32 packets, without blocking, and
// empties it; a large one by two threads, 8 packets at a time. failed gets the place
// of each packet that could not be sent and the kernel's error number; a full buffer
// is ENOBUFS.
func (c *Conn) Flush(failed func(place int, err error)) {
	fail := func(place int, err error) {
		failed(place, c.egresses[c.queued[place]].failed(err))
	}
	for _, f := range c.unqueued {
		fail(f.place, f.err)
	}
	c.gre.flush(fail)
	c.icmp.flush(fail)
	c.asking.flush(fail) // last: these may wait
	c.queued, c.unqueued = c.queued[:0], c.unqueued[:0]
}

// Receive hands over what has arrived, a batch of each kind at most, and says whether
// there may be more: whole IP packets, valid during the call, with the kernel's time
// of arrival. It does not wait.
func (c *Conn) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	for _, r := range c.receivers {
		m, err := r.receive(handle)
		if err != nil {
			return false, err
		}
		more = more || m
	}
	return more, nil
}

// Dropped returns how many packets the kernel dropped so far because the
// receive buffer was full, evidence not among them.
func (c *Conn) Dropped() uint64 {
	var n uint64
	for _, r := range c.receivers {
		n += r.dropped
	}
	return n
}
