package gre

import (
	"encoding/binary"

	"github.com/dchest/siphash"
)

// Where the fields of the signed payload are; all big endian.
const (
	atNumber = 0
	atTime   = 4
	atTag    = 8
)

// sign writes the signed payload of the answer with the given IPv4 header.
func sign(secret *Secret, ip, payload []byte, m Marks) {
	be.PutUint32(payload[atNumber:], m.Number)
	be.PutUint32(payload[atTime:], m.Time)
	addresses := [8]byte(ip[atSource:])
	be.PutUint64(payload[atTag:SignedLen], secret.tag(addresses, payload))
}

// tag is SipHash-2-4 over inner source, inner destination, number and time.
func (k *Secret) tag(addresses [8]byte, payload []byte) uint64 {
	var message [16]byte
	copy(message[:], addresses[:])
	copy(message[8:], payload[:atTag])
	return siphash.Hash(binary.LittleEndian.Uint64(k[:]), binary.LittleEndian.Uint64(k[8:]), message[:])
}

// VerifySigned says whether the answer was signed with secret, and if so, which
// keepalive it answers and when that one was sent, in milliseconds of the
// sender's clock. It never is where secret is nil or the payload is short;
// what follows the first [SignedLen] octets is ignored. The tag covers the
// inner destination as it was sent: where NAT has rewritten it on the way back,
// put [Spec].ReplyTo into a.Destination first.
func VerifySigned(secret *Secret, a *Answer) (number, time uint32, ok bool) {
	if secret == nil || len(a.Payload) < SignedLen {
		return 0, 0, false
	}
	var addresses [8]byte
	copy(addresses[:], a.Source[:])
	copy(addresses[4:], a.Destination[:])
	if be.Uint64(a.Payload[atTag:]) != secret.tag(addresses, a.Payload) {
		return 0, 0, false
	}
	return be.Uint32(a.Payload[atNumber:]), be.Uint32(a.Payload[atTime:]), true
}
