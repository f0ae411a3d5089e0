package serve

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Of many that find the same stale socket at once one serves it, and can be reached;
// the others are told who. Those who end meanwhile take nobody's socket away.
func TestListenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for range 60 {
		leftBehind(t, path)
		servers, errs := listenAtOnce(path)
		if len(servers) != 1 || len(errs) != rivals-1 {
			t.Fatalf("%d serve it, and %q do not", len(servers), errs)
		}
		for _, err := range errs {
			if !strings.Contains(err.Error(), path+" is being served by process") {
				t.Fatal(err)
			}
		}
		conn, err := Dial(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		if err := servers[0].Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

const rivals = 8

func listenAtOnce(path string) (servers []*Server, errs []error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for range rivals {
		all.Go(func() {
			<-start
			s, err := Listen(Options{Path: path, Mode: 0o600})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
			} else {
				servers = append(servers, s)
			}
		})
	}
	close(start)
	all.Wait()
	return servers, errs
}

// A lock that a crash left behind is in nobody's way; one that is held and held is.
func TestListenLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	f, err := os.Create(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := Listen(Options{Path: path, Mode: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if f, err = os.Create(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(Options{Path: path, Mode: 0o600}); err == nil || err.Error() != path+" is locked: another program holds "+path+".lock (end it, or choose another path)" {
		t.Error(err)
	}
}
