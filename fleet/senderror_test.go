package fleet

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// What an error tells to look at is on this host, and speaks of this tunnel.
func TestSendErrorFix(t *testing.T) {
	tunnel := &oneTunnel().Tunnels[0]
	tests := []struct {
		err  error
		want string // a part of it; "": nothing
	}{
		{nil, ""},
		{fmt.Errorf("no socket for eth9"), ""},
		{syscall.EPIPE, ""},
		{syscall.ENETUNREACH, "ip route get 198.51.100.17"},
		{fmt.Errorf("sendmmsg: %w", syscall.EHOSTUNREACH), "ip route get 198.51.100.17"},
		{syscall.EINVAL, "192.0.2.10 is an address of this host"},
		{syscall.EADDRNOTAVAIL, "192.0.2.10 is an address of this host"},
		{syscall.EPERM, "nft list ruleset"},
		{syscall.EACCES, "ip xfrm policy"},
		{syscall.ENETDOWN, "ip link"},
		{syscall.ENODEV, "ip link"},
		{syscall.ENXIO, "ip link"},
		{syscall.ENOBUFS, "max_rate"},
		{syscall.EAGAIN, "max_rate"},
		{syscall.ENOMEM, "max_rate"},
		{syscall.EMSGSIZE, "MTU"},
	}
	for _, tt := range tests {
		got := sendErrorFix(tt.err, tunnel)
		if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}
