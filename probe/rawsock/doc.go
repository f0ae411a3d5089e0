//go:build linux

// Package rawsock is the one place that knows Linux's raw sockets: raw IP out,
// raw IP in, in batches of one system call, with filters in the kernel, kernel
// receive timestamps, and a wait that several wake-ups share.
//
// Sending is by sockets of the packet's own protocol, so that the kernel builds
// the IP header: routing, source address and IPsec policies apply (DESIGN:
// header-included packets miss a "proto gre" policy). Source, device, TTL and
// TOS travel with each packet as control messages, so one socket serves any
// number of them, needs no privilege once it is open, and follows a device that
// was deleted and made again.
//
// A batch that is large, because it is late, is sent by a second thread too, which has
// a socket of its own for that: see mate.go.
//
// Evidence, ICMP errors and the replies to diagnostic echoes, has small sockets of
// its own that nobody waits for: a flood of forged errors fills one, and that is
// all it does.
//
// The sockets are kept out of the runtime's poller: with them in it, each packet
// that arrives wakes a thread that finds nobody waiting. What a wait waits for is
// one descriptor that is in it. Packets travel by sendmmsg and recvmmsg, called
// without telling the scheduler, and not by x/net's batches, which do: see batch.go
// and waiter.go for what that saves. x/net sets the sockets' options and filters.
package rawsock
