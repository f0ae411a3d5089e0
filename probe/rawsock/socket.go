//go:build linux

package rawsock

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// ErrPermission: raw sockets need CAP_NET_RAW, and the process lacks it.
var ErrPermission = errors.New("raw sockets need the capability CAP_NET_RAW")

// socket is a raw socket with x/net's view of it.
type socket struct {
	fd int
	pc *ipv4.PacketConn // to set options
}

func openSocket(protocol int) (*socket, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return nil, ErrPermission
	}
	if err != nil {
		return nil, fmt.Errorf("raw socket of protocol %d: %w", protocol, err)
	}
	return &socket{fd: fd, pc: ipv4.NewPacketConn(&direct{fd: uintptr(fd)})}, nil
}

func (s *socket) close() error { return unix.Close(s.fd) }

// filter attaches a filter that the kernel runs on each packet; the packet
// begins with its IP header.
func (s *socket) filter(program []bpf.Instruction) error {
	raw, err := bpf.Assemble(program)
	if err != nil {
		return fmt.Errorf("packet filter: %w", err)
	}
	if err := s.pc.SetBPF(raw); err != nil {
		return fmt.Errorf("packet filter: %w", err)
	}
	return nil
}

// Options of the kernel's IP header on a sending socket, where no control
// message says otherwise: as routers send keepalives (DESIGN, "Bytes as routers
// send them").
const (
	defaultTTL = 255
	defaultTOS = 0xc0
)

// headerOptions sets what the kernel writes into the IP headers it builds.
func (s *socket) headerOptions() error {
	if err := s.pc.SetTTL(defaultTTL); err != nil {
		return fmt.Errorf("IP_TTL: %w", err)
	}
	if err := s.pc.SetTOS(defaultTOS); err != nil {
		return fmt.Errorf("IP_TOS: %w", err)
	}
	err := unix.SetsockoptInt(s.fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DONT)
	return os.NewSyscallError("IP_MTU_DISCOVER", err)
}

// buffer asks for a buffer of n bytes, beyond the system's limit where we may.
// force and plain are SO_RCVBUFFORCE and SO_RCVBUF, or the same for sending.
func (s *socket) buffer(force, plain, n int) {
	if unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, force, n) != nil {
		// Clamped to net.core.{r,w}mem_max, which is no error.
		_ = unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, plain, n)
	}
}

// direct lets x/net's ipv4 package work on a descriptor of our own, without the
// runtime's poller. Nothing of the embedded connection, which is nil, is ever
// called: it makes x/net see the kind of socket.
type direct struct {
	*net.IPConn
	fd uintptr
}

// LocalAddr is asked for by x/net's errors, which we take apart anyhow.
func (d *direct) LocalAddr() net.Addr { return anywhere }

var anywhere = &net.IPAddr{}

func (d *direct) SyscallConn() (syscall.RawConn, error) { return rawConn(d.fd), nil }

// rawConn calls the function once and never waits.
type rawConn uintptr

func (c rawConn) Control(f func(fd uintptr)) error { f(uintptr(c)); return nil }

func (c rawConn) Read(f func(fd uintptr) bool) error { return c.once(f) }

func (c rawConn) Write(f func(fd uintptr) bool) error { return c.once(f) }

func (c rawConn) once(f func(fd uintptr) bool) error {
	if !f(uintptr(c)) {
		return unix.EAGAIN
	}
	return nil
}
