// Package ios reads Cisco IOS and IOS-XE configurations and makes an inventory of
// their point-to-point IPv4 GRE tunnels.
//
// The way of a file is:
//
//	bytes → text (decode) → lines (clean, prose) → statements (prompt, reader) → devices
//
// and that of all devices together:
//
//	devices → ends (resolve, protect) → pairs (pair) → views (view, sites, rank) → TOML (emit)
//
// A configuration is read as the router's own parser would: what is no command of
// the interface that is open is tried as a global one, keywords may be shortened as
// far as one command is meant, and the last statement wins. Indentation only helps
// with what is not known. Nothing but addresses, names of hosts, interfaces, VRFs
// and access lists, numbers and keywords gets out: no description, and no secret.
package ios
