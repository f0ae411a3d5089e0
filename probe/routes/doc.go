//go:build linux

// Package routes answers by which route the kernel would send the traffic of a
// prefix, as evidence of a spoke's path (R3), and which GRE tunnel that route
// points into, if it is still one (R2). It reads the kernel's routing tables and
// interfaces, changes nothing, and needs no privilege.
//
// A [Watcher] follows the routes of some prefixes: it hears of the kernel's changes,
// passes over those of routes that cover no watched prefix, and reads the tables
// again for the others, at most twice a second.
//
// [Table.Read] dumps the tables once, [Snapshot.Lookup] then answers from memory
// for any number of prefixes. What "the route" of a prefix is: of the main
// table's routes whose destination covers the whole prefix the most specific,
// of those the one with the lowest metric; where there is none, or a throw route,
// the same in the default table. Routes that the kernel passes over (dead next
// hops) are passed over here. All that is what the kernel does with a packet,
// except for what it decides by more than the destination. Not covered:
//
//   - policy routing: `ip rule` beyond the kernel's own main and default rules,
//     thus VRFs, marks, and tables of other numbers; nor routes with a TOS;
//   - the local table: a prefix that is this host's own;
//   - routes to a part of the prefix, which take that part of its traffic;
//   - next hop objects where net.ipv4.nexthop_compat_mode is 0: such a route
//     is found, without device and gateway;
//   - IPv6: tunnels are IPv4.
//
// The package imports nothing of ours.
package routes
