//go:build linux

package rawsock

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// ReflectConn receives the peers' keepalives and sends whole IP packets, header
// included: an answer keeps its identification. Its methods but Wake are for
// one goroutine.
type ReflectConn struct {
	*waiter
	in     *receiver
	out    *sender
	oob    []byte // names the packets' protocol to the kernel, where it knows how
	packed []queuedPacket
}

type queuedPacket struct {
	destination [4]byte
	packet      []byte
}

// ipProtocol is the control message IP_PROTOCOL (Linux 6.4): with it an IPsec
// policy for GRE also catches a packet with its header included.
const ipProtocol = 52

// OpenReflect opens the sockets; buffer is the size of the receive buffer that
// is asked for, in bytes. It fails with [ErrPermission] where CAP_NET_RAW is
// lacking.
func OpenReflect(buffer int) (*ReflectConn, error) {
	c := &ReflectConn{oob: appendInt(nil, ipProtocol, unix.IPPROTO_GRE)}
	if err := c.open(buffer); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *ReflectConn) open(buffer int) error {
	in, err := openSocket(unix.IPPROTO_GRE)
	if err != nil {
		return err
	}
	if c.in, err = newReceiver(in, requestFilter(), requestRoom, buffer); err != nil {
		return errors.Join(err, in.close())
	}
	out, err := openSocket(unix.IPPROTO_RAW)
	if err != nil {
		return err
	}
	c.out = newSender(out)
	c.waiter, err = newWaiter(in)
	return err
}

// Close closes the sockets.
func (c *ReflectConn) Close() error {
	var errs []error
	if c.in != nil {
		errs = append(errs, c.in.close())
	}
	if c.out != nil {
		errs = append(errs, c.out.close())
	}
	if c.waiter != nil {
		errs = append(errs, c.waiter.close())
	}
	return errors.Join(errs...)
}

// QueuePacket adds a whole IP packet to the batch; it must not change until
// Flush.
func (c *ReflectConn) QueuePacket(destination [4]byte, packet []byte) {
	c.packed = append(c.packed, queuedPacket{destination, packet})
}

// Flush sends the batch, without blocking, and empties it. failed gets the
// place of each packet that could not be sent and the kernel's error number.
func (c *ReflectConn) Flush(failed func(place int, err error)) {
	for place, p := range c.packed {
		c.out.queue(place, p.destination, p.packet, c.oob)
	}
	var again []int
	c.out.flush(func(place int, err error) {
		if err == unix.EINVAL && c.oob != nil {
			again = append(again, place)
			return
		}
		failed(place, err)
	})
	if again != nil {
		c.without(again, failed)
	}
	c.packed = c.packed[:0]
}

// without sends the packets at places without the control message. If that
// helps, this kernel does not know it.
func (c *ReflectConn) without(places []int, failed func(place int, err error)) {
	for _, place := range places {
		p := c.packed[place]
		c.out.queue(place, p.destination, p.packet, nil)
	}
	sent := len(places)
	c.out.flush(func(place int, err error) {
		sent--
		failed(place, err)
	})
	if sent > 0 {
		c.oob = nil
	}
}

// Receive hands over a batch of what has arrived, and says whether there may be more:
// whole IP packets, valid during the call, with the kernel's time of arrival. It does
// not wait.
func (c *ReflectConn) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.in.receive(handle)
}

// Dropped returns how many packets the kernel dropped so far because the
// receive buffer was full.
func (c *ReflectConn) Dropped() uint64 { return c.in.dropped }
