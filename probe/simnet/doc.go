// Package simnet is a network in memory, with the far ends of GRE tunnels on
// it: the twin of package rawsock and of what lies behind it. [Conn] and
// [ReflectConn] are what the engine and the reflector of package probe need.
//
// A [Net] knows nodes by address: [FarEnd], which does with each packet what a
// real kernel was seen to do (the lab's scenarios), and [Host], whose sockets
// the code under test uses. Between them each [Path] has its own delay, loss,
// duplication, reordering and corruption. All chance comes from the seed.
//
// No goroutine works here. What is under way is a heap of events, which happen,
// in order and at their exact times, whenever a socket is read, written or
// waited on, or a setting is about to change. So nothing has to be closed, and
// inside a testing/synctest bubble, where a Net has to be made to be used, a run
// is reproducible to the nanosecond.
//
// IPv4, GRE and ICMP are read and written anew here, on purpose: were it package
// gre's code, a fault in it would meet itself and go unseen.
package simnet
