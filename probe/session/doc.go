// Package session is the state machine of one tunnel's keepalives (R8–R11) and
// the book of its answers in flight. It does no I/O and reads no clock: time is
// an argument, a duration on the caller's monotonic clock.
//
// A session is owned by one goroutine; nothing here locks.
package session
