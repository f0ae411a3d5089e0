package simnet_test

import (
	"strings"
	"testing"
	"time"

	"greylag/probe/gre"
	"greylag/probe/simnet"
)

// What the lab's README and lab/matrix say comes of three keepalives, with the
// tunnel's own options unless options changes them.
var expectations = []struct {
	scenario simnet.Scenario
	name     string
	options  func(*gre.Spec)
	want     string
}{
	{simnet.Plain, "", nil, "answer"},
	{simnet.NoLocal, "", nil, "silent"},
	{simnet.NoForward, "", nil, "silent"},
	{simnet.Key, "key 1001", key(1001), "answer"},
	{simnet.Key, "no key", nil, "icmp 3/3"},
	{simnet.Key, "key 7", key(7), "icmp 3/3"},
	{simnet.Checksum, "csum", csum, "answer"},
	{simnet.Checksum, "no csum", nil, "silent"},
	{simnet.Sequence, "seq", seq, "answer"},
	{simnet.Sequence, "no seq", nil, "silent"},
	{simnet.KeyChecksum, "key 1001 csum", both(key(1001), csum), "answer"},
	{simnet.KeyChecksum, "key 1001", key(1001), "silent"},
	{simnet.KeyChecksum, "csum", csum, "icmp 3/3"},
	{simnet.Multipoint, "", nil, "answer"},
	{simnet.URPF, "", nil, "silent"},
	{simnet.URPFAddr, "", nil, "silent"},
	{simnet.URPFLoose, "", nil, "silent"},
	{simnet.URPFLooseAddr, "", nil, "answer"},
	{simnet.URPFNoLocal, "", nil, "silent"},
	{simnet.URPFLooseNoLocal, "", nil, "silent"},
	{simnet.VRF, "", nil, "silent"},
	{simnet.VRFUnder, "", nil, "silent"},
	{simnet.VRFMatch, "", nil, "answer"},
	{simnet.VRFLeak, "", nil, "answer"},
	{simnet.ACL, "", nil, "silent"},
	{simnet.ACLReject, "", nil, "icmp 3/13"},
	{simnet.ACLInner, "", nil, "silent"},
	{simnet.ACLInnerReject, "", nil, "silent"},
	{simnet.NoGRE, "", nil, "icmp 3/2"},
	{simnet.NoTunnel, "", nil, "icmp 3/3"},
	{simnet.IPsec0, "", nil, "answer"},
	{simnet.IPsec1, "", nil, "silent"},
	{simnet.IPsec2, "", nil, "answer"},
	{simnet.IPsec3, "", nil, "silent"},
	{simnet.IPsec4, "", nil, "answer"},
	// Not the lab's own, but what it does with an address that nobody has.
	{simnet.NoHost, "", nil, "icmp 3/1"},
	{simnet.Silent, "", nil, "silent"},
	// "A tunnel with csum wants the checksum and one without refuses it,
	// silently; key mismatch either way is ICMP 3/3; a seq on a plain tunnel is
	// ignored."
	{simnet.Plain, "csum", csum, "silent"},
	{simnet.Plain, "key 7", key(7), "icmp 3/3"},
	{simnet.Plain, "seq", seq, "answer"},
}

func key(k uint32) func(*gre.Spec) { return func(s *gre.Spec) { s.HasKey, s.Key = true, k } }
func csum(s *gre.Spec)             { s.Checksum = true }
func seq(s *gre.Spec)              { s.Sequence = true }

func both(a, b func(*gre.Spec)) func(*gre.Spec) {
	return func(s *gre.Spec) { a(s); b(s) }
}

func TestScenarios(t *testing.T) {
	seen := map[simnet.Scenario]bool{}
	for _, e := range expectations {
		seen[e.scenario] = true
		t.Run(strings.TrimSpace(string(e.scenario)+" "+e.name), func(t *testing.T) {
			f, s := lab(t, e.scenario), spec()
			if e.options != nil {
				e.options(&s)
			}
			for n := uint16(1); n <= 3; n++ {
				got := f.Handle(nil, request(s, n), start.Add(time.Duration(n)*time.Second))
				if kind(got) != e.want {
					t.Fatalf("keepalive %d: %s, want %s", n, kind(got), e.want)
				}
			}
		})
	}
	for _, s := range simnet.Scenarios() {
		if !seen[s] {
			t.Errorf("scenario %s is missing from the table", s)
		}
	}
}

// An ICMP echo is answered by all that are there: the kernels of the lab filter
// GRE only.
func TestScenariosAnswerEcho(t *testing.T) {
	for _, s := range simnet.Scenarios() {
		want := "echo"
		switch s {
		case simnet.Silent:
			want = "silent"
		case simnet.NoHost:
			want = "icmp 3/1"
		}
		if got := kind(lab(t, s).Handle(nil, echoRequest(t), start)); got != want {
			t.Errorf("%s: %s, want %s", s, got, want)
		}
	}
}

func TestUnknownScenario(t *testing.T) {
	_, err := simnet.Lab("plane", 1, addrB, addrA)
	if err == nil || !strings.Contains(err.Error(), `"plane"`) || !strings.Contains(err.Error(), "plain, nolocal") {
		t.Errorf("got %v", err)
	}
	f := lab(t, simnet.Plain)
	if f.SetScenario("plane") == nil {
		t.Error("SetScenario took an unknown one")
	}
	if got := kind(f.Handle(nil, request(spec(), 1), start)); got != "answer" {
		t.Errorf("after a failed SetScenario: %s", got)
	}
}

// Tunnel i of the lab has key 1000 + i.
func TestLabKeyFollowsNumber(t *testing.T) {
	f, err := simnet.Lab(simnet.Key, 42, addrB, addrA)
	if err != nil {
		t.Fatal(err)
	}
	s := spec()
	s.HasKey, s.Key = true, 1042
	if got := kind(f.Handle(nil, request(s, 1), start)); got != "answer" {
		t.Errorf("key 1042: %s", got)
	}
}
