//go:build linux

// Package netlab is a laboratory of network namespaces: real raw sockets and a
// real routing table that nobody else's packets touch, for the program's demo
// and for tests. It needs no root where user namespaces are allowed.
//
// [Reexec] runs the program again in a network namespace of its own, which is
// the near side. There [New] adds the far side, a second namespace behind a veth
// pair, and [Lab.Serve] lets a [Responder] play each of its hosts:
//
//	near: the program            far: the far ends
//	near0 192.0.2.1/24 --------- far0 192.0.2.2/24, and every FarPrefix
//
// Namespaces, interfaces and processes die with the program, whatever ends it.
// The package imports nothing of ours.
package netlab
