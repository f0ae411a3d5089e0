//go:build linux

package netlab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

const (
	// receiveBuffer holds a burst of over 10,000 small packets, at 876 bytes of
	// the kernel's bookkeeping each. An ordinary user gets net.core.rmem_max.
	receiveBuffer = 16 << 20
	batchSize     = 64   // packets a system call
	packetSize    = 2048 // bytes; the links' MTU is 1500
)

// sockets are a server's, in the far namespace.
type sockets struct {
	gre, icmp, raw net.PacketConn
}

// openSockets opens them in the far namespace: two to receive, and one that
// takes packets with their header.
func (l *Lab) openSockets() (*sockets, error) {
	s := new(sockets)
	err := l.InFar(func() (err error) {
		if s.gre, err = listen("ip4:47"); err != nil {
			return err
		}
		if s.icmp, err = listen("ip4:1"); err != nil {
			return err
		}
		s.raw, err = listen("ip4:255") // IPPROTO_RAW
		return err
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func listen(network string) (net.PacketConn, error) {
	conn, err := net.ListenPacket(network, "0.0.0.0")
	if err != nil {
		return nil, fmt.Errorf("opening a raw socket: %w", err)
	}
	raw, err := conn.(*net.IPConn).SyscallConn()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	var refused error
	err = raw.Control(func(fd uintptr) { refused = setBuffers(int(fd)) })
	if err = errors.Join(err, refused); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// setBuffers asks for a big receive buffer, and to be told what did not fit.
func setBuffers(fd int) error {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer); err != nil {
			return fmt.Errorf("setting the receive buffer: %w", err)
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1); err != nil {
		return fmt.Errorf("setting SO_RXQ_OVFL: %w", err)
	}
	return nil
}

// Close closes those that are open.
func (s *sockets) Close() error {
	var errs []error
	for _, c := range []net.PacketConn{s.gre, s.icmp, s.raw} {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// newBatch makes room for a batch of packets and their control messages.
func newBatch() []ipv4.Message {
	batch := make([]ipv4.Message, batchSize)
	for i := range batch {
		batch[i].Buffers = [][]byte{make([]byte, packetSize)}
		batch[i].OOB = make([]byte, unix.CmsgSpace(4))
	}
	return batch
}

// overflow returns how many packets the socket had dropped when it took m, or 0
// where the kernel does not say: it does so once there are any.
func overflow(m *ipv4.Message) uint64 {
	messages, err := unix.ParseSocketControlMessage(m.OOB[:m.NN])
	if err != nil {
		return 0
	}
	for _, c := range messages {
		if c.Header.Level == unix.SOL_SOCKET && c.Header.Type == unix.SO_RXQ_OVFL && len(c.Data) >= 4 {
			return uint64(binary.NativeEndian.Uint32(c.Data))
		}
	}
	return 0
}
