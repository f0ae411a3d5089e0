package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"greylag/probe/capture"
)

// sharked is what tshark and decode must agree on of a keepalive.
type sharked struct {
	source, destination, key, id, ttl string
	request                           bool
}

// Of a fleet's traffic, on links of all kinds, and of each kind of tunnel that
// packet --pcap writes, tshark and decode see the same keepalives: addresses, key,
// identification, TTL, protocol type, and tshark says what they are.
func TestTsharkAgrees(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skipf("apt-get install tshark: %v", err)
	}
	file := filepath.Join(t.TempDir(), "fleet.pcapng")
	if err := os.WriteFile(file, manyLinks(t), 0o644); err != nil {
		t.Fatal(err)
	}
	want := shark(t, tshark, file)
	stdout, _ := runs(t, 0, nil, "decode", "--json", file)
	got := decoded(t, stdout)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sharked{})); diff != "" {
		t.Errorf("(-tshark +decode)\n%.3000s", diff)
	}
	if len(want) < 2000 {
		t.Errorf("%d keepalives", len(want))
	}
}

// manyLinks is a pcapng file with the traffic of a fleet, and of packet --pcap,
// frame after frame on another kind of link.
func manyLinks(t *testing.T) []byte {
	t.Helper()
	var fleetCapture []byte
	synctest.Test(t, func(t *testing.T) { fleetCapture = captureFleet(t).pcap.Bytes() })
	captures := [][]byte{fleetCapture}
	config := packetConfig(t)
	for _, tunnel := range []string{"plain", "keyed", "everything"} {
		pcap, _ := runs(t, 0, nil, "packet", "-c", config, tunnel, "--pcap", "-")
		captures = append(captures, []byte(pcap))
	}
	links := []struct {
		link layers.LinkType
		head []byte
	}{
		{layers.LinkTypeEthernet, append(make([]byte, 12), 8, 0)},
		{layers.LinkTypeEthernet, append(make([]byte, 12), 0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 8, 0)},
		{layers.LinkTypeRaw, nil},
		{layers.LinkTypeLinuxSLL, append(make([]byte, 14), 8, 0)},
		{capture.LinkSLL2, append([]byte{8, 0}, make([]byte, 18)...)},
		{layers.LinkTypeNull, []byte{2, 0, 0, 0}},
		{capture.LinkHDLC, []byte{0x0f, 0, 8, 0}},
	}
	var b bytes.Buffer
	w, err := pcapgo.NewNgWriter(&b, links[0].link)
	for _, l := range links[1:] {
		_, failed := w.AddInterface(pcapgo.NgInterface{LinkType: l.link, TimestampResolution: 9})
		err = errors.Join(err, failed)
	}
	for i, f := range frameData(t, captures) {
		l := links[i%len(links)]
		data := append(append([]byte{}, l.head...), f.Data...)
		err = errors.Join(err, w.WritePacket(gopacket.CaptureInfo{Timestamp: f.Time, InterfaceIndex: i % len(links),
			CaptureLength: len(data), Length: len(data)}, data))
	}
	if err := errors.Join(err, w.Flush()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// frameData reads captures.
func frameData(t *testing.T, captures [][]byte) (list []capture.Frame) {
	t.Helper()
	for _, c := range captures {
		r := capture.NewReader(bytes.NewReader(c))
		for {
			f, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			f.Data = bytes.Clone(f.Data)
			list = append(list, f)
		}
	}
	return list
}

// shark runs tshark over a capture's keepalives.
func shark(t *testing.T, tshark, file string) (list []sharked) {
	t.Helper()
	args := []string{"-n", "-r", file, "-Y", "gre.proto == 0 && !icmp", "-T", "fields", "-E", "separator=|"}
	for _, field := range []string{"ip.src", "ip.dst", "gre.key", "ip.id", "ip.ttl", "gre.proto", "_ws.col.Info"} {
		args = append(args, "-e", field)
	}
	cmd := exec.Command(tshark, args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if !strings.Contains(f[6], "Possible GRE keepalive packet") {
			t.Errorf("tshark takes %s for %q", f[0], f[6])
		}
		s := sharked{source: first(f[0]), destination: first(f[1]), ttl: first(f[4]), request: f[5] == "0x0800,0x0000"}
		if !s.request && f[5] != "0x0000" {
			t.Errorf("protocol types %s", f[5])
		}
		s.key, s.id = number(t, first(f[2])), number(t, f[3][strings.LastIndex(f[3], ",")+1:])
		list = append(list, s)
	}
	return list
}

func first(list string) string {
	one, _, _ := strings.Cut(list, ",")
	return one
}

// number is one in decimal; "" where there is none.
func number(t *testing.T, hex string) string {
	t.Helper()
	if hex == "" {
		return ""
	}
	n, err := strconv.ParseUint(hex, 0, 32)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(n)
}

// decoded is what decode --json says.
func decoded(t *testing.T, stdout string) (list []sharked) {
	t.Helper()
	for line := range strings.Lines(stdout) {
		var r struct {
			Type, Source, Destination, Direction string
			Key, ID, TTL                         *int
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if r.Type != "keepalive" {
			continue
		}
		s := sharked{source: r.Source, destination: r.Destination, id: fmt.Sprint(*r.ID), ttl: fmt.Sprint(*r.TTL), request: r.Direction == "request"}
		if r.Key != nil {
			s.key = fmt.Sprint(*r.Key)
		}
		list = append(list, s)
	}
	return list
}
