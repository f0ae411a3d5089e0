//go:build linux

package rawsock

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// egress is a way out: the control messages that choose it.
type egress struct {
	out    *sender
	source netip.Addr
	device string
	index  int // of device; 0: not there when last looked for
	oob    []byte

	asked time.Time // when the kernel was last asked whether source is ours
	alien bool      // what it said: no
}

// newEgress prepares the control messages: the source address and the device
// (ip(7), IP_PKTINFO), and TTL and TOS where they are not the socket's.
func newEgress(out *sender, source netip.Addr, device string, ttl, tos uint8) (*egress, error) {
	if len(device) >= unix.IFNAMSIZ {
		return nil, fmt.Errorf("device %q: a name has at most %d characters", device, unix.IFNAMSIZ-1)
	}
	if !source.Is4() {
		return nil, fmt.Errorf("source %v: an IPv4 address is needed", source)
	}
	e := &egress{out: out, source: source, device: device}
	info := unix.Inet4Pktinfo{Spec_dst: source.As4()}
	e.oob = unix.PktInfo4(&info)
	if ttl != defaultTTL {
		e.oob = appendInt(e.oob, unix.IP_TTL, int32(ttl))
	}
	if tos != defaultTOS {
		e.oob = appendInt(e.oob, unix.IP_TOS, int32(tos))
	}
	return e, nil
}

// control returns the control messages, once the device is known. The kernel
// wants its index, which changes when a device is deleted and made again.
func (e *egress) control() ([]byte, error) {
	if e.device != "" && e.index == 0 {
		if err := e.find(); err != nil {
			return nil, err
		}
	}
	return e.oob, nil
}

func (e *egress) find() error {
	ifreq, err := unix.NewIfreq(e.device)
	if err != nil {
		return unix.ENODEV
	}
	if err := unix.IoctlIfreq(e.out.fd, unix.SIOCGIFINDEX, ifreq); err != nil {
		return err
	}
	e.index = int(ifreq.Uint32())
	// in_pktinfo begins behind the header of the first control message.
	binary.NativeEndian.PutUint32(e.oob[unix.CmsgLen(0):], uint32(e.index))
	return nil
}

// failed makes the next packet look the device up again, and returns what to say
// of an error. For a source address that is not this host's the kernel says, by
// its version, "network is unreachable" or "invalid argument".
func (e *egress) failed(err error) error {
	e.index = 0
	if (err == unix.ENETUNREACH || err == unix.EINVAL) && e.isAlien() {
		return unix.EADDRNOTAVAIL
	}
	return err
}

// askEvery bounds the cost of asking the kernel about addresses while sends fail.
const askEvery = time.Second

// isAlien tells whether the source address is not this host's.
func (e *egress) isAlien() bool {
	if time.Since(e.asked) < askEvery {
		return e.alien
	}
	e.asked = time.Now()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	e.alien = unix.Bind(fd, &unix.SockaddrInet4{Addr: e.source.As4()}) == unix.EADDRNOTAVAIL
	return e.alien
}

func appendInt(oob []byte, kind int32, value int32) []byte {
	start := len(oob)
	oob = append(oob, make([]byte, unix.CmsgSpace(4))...)
	h := oob[start:]
	binary.NativeEndian.PutUint64(h, uint64(unix.CmsgLen(4)))
	binary.NativeEndian.PutUint32(h[8:], unix.IPPROTO_IP)
	binary.NativeEndian.PutUint32(h[12:], uint32(kind))
	binary.NativeEndian.PutUint32(h[16:], uint32(value))
	return oob
}
