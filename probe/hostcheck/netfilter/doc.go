// Package netfilter reads a host's firewall rules and says what becomes of one
// packet in them: accepted, dropped, or dropped if something holds that cannot be
// known from the rules. It reads text and does no I/O.
//
// Rules come from `nft -j list ruleset` ([ParseNft]) and from iptables-save
// ([ParseIptables]); both become the same few matches. A match that this package
// does not know, such as a rate limit, a mark or a socket's owner, may or may not
// hold, and whatever it decides is then not sure. So a drop that is called sure
// is one whatever else is true, and the package errs on the side of doubt.
//
// Only IPv4, and only what comes to this host or leaves it: chains of the hooks
// ingress, prerouting and input, or output, postrouting and egress. NAT chains
// are left out: they have no say in whether a packet passes.
//
// The package imports nothing of ours.
package netfilter
