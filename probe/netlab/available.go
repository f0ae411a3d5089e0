//go:build linux

package netlab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tryVariable makes this program make a lab, say what came of it, and end.
const tryVariable = "GREYLAG_NETLAB_TRY"

// tryTimeout is far more than making a lab takes, which is some milliseconds.
const tryTimeout = 20 * time.Second

// init is the helper process of [Available]. It cannot wait for main, which does
// other things in every program and test that uses this package.
func init() {
	if os.Getenv(tryVariable) == "" || !Inside() {
		return
	}
	if err := try(); err != nil {
		fmt.Print(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func try() error {
	lab, err := New()
	if err != nil {
		return err
	}
	sockets, err := lab.openSockets()
	if err != nil {
		return errors.Join(err, lab.Close())
	}
	return errors.Join(sockets.Close(), lab.Close())
}

// Available returns nil if [Reexec] and [New] work here, and otherwise why not
// and what would help, in one line. It makes a lab in a helper process and
// removes it: kernels refuse namespaces in too many ways to be asked otherwise.
func Available() error {
	runtime.LockOSThread() // see Reexec
	defer runtime.UnlockOSThread()
	var said bytes.Buffer
	cmd, err := start(func() *exec.Cmd {
		cmd := command(nil, []string{tryVariable + "=1"})
		cmd.Stdout, cmd.Stderr = &said, &said
		return cmd
	})
	if err != nil {
		return refused(err)
	}
	timer := time.AfterFunc(tryTimeout, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	return outcome(cmd.Wait(), said.String())
}

// outcome is what the helper found: its own words say more than how it ended.
func outcome(ended error, said string) error {
	switch said = oneLine(said); {
	case ended == nil:
		return nil
	case said == "":
		return refused(fmt.Errorf("the helper process that tries it: %w", ended))
	}
	return refused(errors.New(said))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// refused explains err by the settings of this host.
func refused(err error) error {
	read := func(name string) (string, error) {
		value, err := os.ReadFile(sysctlPath(name))
		return strings.TrimSpace(string(value)), err
	}
	return fmt.Errorf("network namespaces cannot be made here: %w (%s)", err, advice(err, os.Geteuid() == 0, read))
}

// restrictions are the settings by which hosts forbid namespaces, with the
// value that forbids and one that allows. Root is above the ones for others.
var restrictions = []struct {
	sysctl, forbids, allows string
	othersOnly              bool
}{
	{"user.max_net_namespaces", "0", "10000", false},
	{"user.max_user_namespaces", "0", "10000", true},
	{"kernel.unprivileged_userns_clone", "0", "1", true},
	{"kernel.apparmor_restrict_unprivileged_userns", "1", "0", true},
}

// advice says what to do about err.
func advice(err error, root bool, read func(sysctl string) (string, error)) string {
	for _, r := range restrictions {
		if value, err := read(r.sysctl); err == nil && value == r.forbids && !(root && r.othersOnly) {
			return fmt.Sprintf("%s is %s: as root run `sysctl -w %[1]s=%[3]s`%s", r.sysctl, value, r.allows, orAsRoot(root))
		}
	}
	switch {
	case strings.Contains(err.Error(), unix.EROFS.Error()): // the helper's words: no errno
		return "mount /proc/sys/net writable in this container"
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EUSERS):
		return "too many namespaces: raise user.max_user_namespaces and user.max_net_namespaces, or use fewer"
	case root:
		return "in a container, give it the capabilities SYS_ADMIN, NET_ADMIN and NET_RAW"
	}
	return "run as root, or allow user namespaces; a container's seccomp profile may forbid them"
}

func orAsRoot(root bool) string {
	if root {
		return ""
	}
	return ", or run this as root"
}
