//go:build linux

package netlab

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAdvice(t *testing.T) {
	const (
		maxUser  = "user.max_user_namespaces"
		maxNet   = "user.max_net_namespaces"
		debian   = "kernel.unprivileged_userns_clone"
		apparmor = "kernel.apparmor_restrict_unprivileged_userns"
	)
	for name, c := range map[string]struct {
		err     error
		root    bool
		sysctls map[string]string
		want    string
	}{
		"no user namespaces": {unix.ENOSPC, false, map[string]string{maxUser: "0", maxNet: "96365"},
			"user.max_user_namespaces is 0: as root run `sysctl -w user.max_user_namespaces=10000`, or run this as root"},
		"no network namespaces, not even for root": {unix.ENOSPC, true, map[string]string{maxUser: "0", maxNet: "0"},
			"user.max_net_namespaces is 0: as root run `sysctl -w user.max_net_namespaces=10000`"},
		"Debian's switch": {unix.EPERM, false, map[string]string{maxUser: "96365", debian: "0"},
			"kernel.unprivileged_userns_clone is 0: as root run `sysctl -w kernel.unprivileged_userns_clone=1`, or run this as root"},
		"Ubuntu's": {unix.EPERM, false, map[string]string{maxUser: "96365", debian: "1", apparmor: "1"},
			"kernel.apparmor_restrict_unprivileged_userns is 1: as root run `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or run this as root"},
		"too many": {fmt.Errorf("fork/exec: %w", unix.ENOSPC), false, map[string]string{maxUser: "10"},
			"too many namespaces: raise user.max_user_namespaces and user.max_net_namespaces, or use fewer"},
		"root in a container": {unix.EPERM, true, map[string]string{apparmor: "1"},
			"in a container, give it the capabilities SYS_ADMIN, NET_ADMIN and NET_RAW"},
		"a container's read-only /proc": {errors.New("setting net.ipv4.icmp_ratelimit = 86400000: open /proc/…: read-only file system"), true, nil,
			"mount /proc/sys/net writable in this container"},
		"a filter that cannot be seen": {unix.EPERM, false, nil,
			"run as root, or allow user namespaces; a container's seccomp profile may forbid them"},
	} {
		got := advice(c.err, c.root, func(name string) (string, error) {
			if value, ok := c.sysctls[name]; ok {
				return value, nil
			}
			return "", fs.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestOutcome(t *testing.T) {
	killed := errors.New("signal: killed")
	for _, c := range []struct {
		ended error
		said  string
		want  string
	}{
		{nil, "", ""},
		{killed, "", "network namespaces cannot be made here: the helper process that tries it: signal: killed ("},
		{errors.New("exit status 1"), "making x:\n operation not permitted\n", "network namespaces cannot be made here: making x: operation not permitted ("},
	} {
		err := outcome(c.ended, c.said)
		if c.want == "" && err == nil {
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("outcome(%v, %q) = %v; want %q… on one line", c.ended, c.said, err, c.want)
		}
	}
	if err := outcome(killed, ""); !errors.Is(err, killed) {
		t.Errorf("%v does not wrap its cause", err)
	}
}
