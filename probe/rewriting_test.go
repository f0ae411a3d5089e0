package probe_test

import (
	"encoding/binary"
	"strings"
	"time"

	"greylag/probe"
)

// rewriting is a Conn behind which every far end rewrites the identification of
// what it forwards: it numbers its packets.
type rewriting struct {
	probe.Conn
	id uint16
}

// Receive hands over what has arrived, renumbered.
func (c *rewriting) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.Conn.Receive(func(packet []byte, at time.Time) {
		c.id++
		binary.BigEndian.PutUint16(packet[4:], c.id)
		handle(packet, at)
	})
}

// translating is a Conn behind NAT: what is sent to nearOther arrives at near.
type translating struct{ probe.Conn }

// Receive hands over what has arrived, translated.
func (c *translating) Receive(handle func(packet []byte, at time.Time)) (more bool, err error) {
	return c.Conn.Receive(func(packet []byte, at time.Time) {
		if [4]byte(packet[16:]) == nearOther.As4() {
			copy(packet[16:], near.AsSlice())
		}
		handle(packet, at)
	})
}

func contains(s, part string) bool { return strings.Contains(s, part) }
