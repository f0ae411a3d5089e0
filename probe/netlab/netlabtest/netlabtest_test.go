//go:build linux

package netlabtest

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"greylag/probe/netlab"
)

func TestMain(m *testing.M) { Main(m) }

// TestLab is also the child of the next test, which expects it to be skipped.
func TestLab(t *testing.T) {
	lab := Lab(t)
	if !netlab.Inside() || lab.Underlay().Name() != "near0" {
		t.Errorf("inside: %v, link %s; want true and near0", netlab.Inside(), lab.Underlay().Name())
	}
}

// Where the kernel refuses namespaces the tests run all the same, and those that
// need one are skipped with what to do. A limit of a user namespace is the one
// refusal that a test can bring about.
func TestSkipsWhereNamespacesAreForbidden(t *testing.T) {
	Need(t) // a user namespace for the limit
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c",
		`echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" -test.v -test.run=^TestLab$`, os.Args[0])
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GREYLAG_NETLAB=") })
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil && strings.Contains(err.Error(), "fork/exec") {
		t.Skip("no user namespace here, although a network namespace can be made: ", err)
	}
	const want = "user.max_net_namespaces is 0: as root run `sysctl -w user.max_net_namespaces=10000`"
	if err != nil || !strings.Contains(string(out), "--- SKIP: TestLab") || !strings.Contains(string(out), want) {
		t.Errorf("%v, said\n%s\nwant TestLab skipped, because %s", err, out, want)
	}
}
