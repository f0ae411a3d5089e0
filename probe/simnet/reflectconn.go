package simnet

import (
	"bytes"
	"syscall"
	"time"
)

// ReflectConn is what the reflector receives and sends by. It takes in GRE that
// has an IPv4 packet inside, with Cisco metadata (0x8909) or without.
type ReflectConn struct {
	*Socket
	batch []queued
}

// ReflectConn returns a new raw socket of the host for the reflector.
func (h *Host) ReflectConn() *ReflectConn {
	return &ReflectConn{Socket: newSocket(h, func(ip ipv4) bool {
		if ip.protocol() != protocolGRE || len(ip.body) < 4 {
			return false
		}
		protocol := be.Uint16(ip.body[2:])
		return protocol == greIPv4 || protocol == greMetadata
	})}
}

// QueuePacket adds a whole IP packet to the batch. It must not change until
// Flush.
func (c *ReflectConn) QueuePacket(destination [4]byte, packet []byte) {
	c.batch = append(c.batch, queued{-1, destination, packet})
}

// Flush sends the batch and empties it. It calls failed with the place of each
// packet that could not be sent.
func (c *ReflectConn) Flush(failed func(place int, err error)) {
	errs := c.host.flush(c.batch, c.transmit)
	clear(c.batch)
	c.batch = c.batch[:0]
	report(errs, failed)
}

// transmit sends one packet as Linux does with IP_HDRINCL: it writes the total
// length and the checksum, and the identification where it is 0.
func (c *ReflectConn) transmit(place int, q queued, now time.Time) error {
	if len(q.payload) < headerLen || len(q.payload) > maxTotal {
		return sizeError(q.payload)
	}
	packet := bytes.Clone(q.payload)
	size := int(packet[0]&0xf) * 4
	if size < headerLen || size > len(packet) {
		return syscall.EINVAL
	}
	from := addr(packet[12:])
	if err := c.host.refuses(place, from, q.destination, ""); err != nil {
		return err
	}
	be.PutUint16(packet[2:], uint16(len(packet)))
	if be.Uint16(packet[4:]) == 0 {
		be.PutUint16(packet[4:], c.host.nextID())
	}
	seal(packet[:size], 10)
	c.host.send(from, q.destination, packet, now)
	return nil
}

func sizeError(packet []byte) error {
	if len(packet) < headerLen {
		return syscall.EINVAL
	}
	return syscall.EMSGSIZE
}
