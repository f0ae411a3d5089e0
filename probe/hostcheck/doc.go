//go:build linux

// Package hostcheck tells whether this host is fit to probe a fleet: whether
// raw sockets may be opened, answers fit into their buffer, and whether addresses,
// interfaces, routes, reverse path filters, firewall rules and the kernel's own
// GRE let keepalives out and their answers in.
//
// [Run] gathers the facts once, from sockets, netlink, /proc, /sys and the
// firewall's own tools; each check is then a function of the facts and one row of
// a table. It changes nothing on the host, and sends nothing but a few packets
// from addresses of the host to themselves, which do not leave it.
package hostcheck
