//go:build linux

package rawsock

import (
	"net/netip"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// evidenceBuffer holds some 290 packets. Who floods us fills it and no more.
const evidenceBuffer = 128 << 10

// openEvidence opens a socket for ICMP errors and one for diagnostic echoes, so
// that a flood of forged errors cannot crowd out the replies. No Wait ends
// for them, and what they have no room for is not in Dropped: a flood would
// excuse tunnels whose answers are missing.
func (c *Conn) openEvidence(o Options) error {
	if _, err := c.addEvidence(errorFilter(o.EchoID), errorRoom); err != nil {
		return err
	}
	replies, err := c.addEvidence(echoFilter(o.EvidenceID), answerRoom)
	if err != nil {
		return err
	}
	c.asking, err = sendingBy(replies.socket, o.ReceiveBuffer)
	return err
}

func (c *Conn) addEvidence(program []bpf.Instruction, room int) (*receiver, error) {
	r, err := openReceiver(unix.IPPROTO_ICMP, program, room, evidenceBuffer)
	if err == nil {
		c.evidence = append(c.evidence, r)
	}
	return r, err
}

// EvidenceEgress is [Conn.Egress] for diagnostic echoes. They have a send buffer
// of their own, so that they take no keepalive's place.
func (c *Conn) EvidenceEgress(source netip.Addr, device string, ttl, tos uint8) (int, error) {
	return c.addEgress(c.asking, source, device, ttl, tos)
}

// ReceiveEvidence hands over what has come of ICMP errors and of replies to
// diagnostic echoes: at most 64 of each, as Receive does. It does not wait.
func (c *Conn) ReceiveEvidence(handle func(packet []byte, at time.Time)) error {
	for _, r := range c.evidence {
		if err := r.receiveBatches(evidenceBatches, handle); err != nil {
			return err
		}
	}
	return nil
}

// evidenceBatches is how many batches of each kind are taken in at a time.
const evidenceBatches = 2
