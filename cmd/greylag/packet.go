package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/inventory"
	"greylag/probe/capture"
	"greylag/probe/gre"
)

// picturing is what packet was asked for.
type picturing struct {
	hex, ios bool
	pcap     string // file; "": none
}

func (a *app) packet() *cobra.Command {
	o := picturing{}
	c := &cobra.Command{
		Use:   "packet TUNNEL",
		Short: "Show the keepalive of one tunnel, field by field",
		Long: "Show the keepalive of one tunnel of the inventory as the engine builds it: what is sent,\n" +
			"what the far end reveals as it takes off the outer headers, and what comes back; or what\n" +
			"to configure on both routers. Nothing is sent.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("packet needs the name of one tunnel, and got %d", len(args))}
			}
			return o.check()
		},
		RunE: func(_ *cobra.Command, args []string) error {
			inv, err := a.inventory()
			if err != nil {
				return err
			}
			position, err := findTunnel(inv, args[0])
			if err != nil {
				return err
			}
			return a.runPacket(inv, position, o)
		},
	}
	a.configFlag(c)
	c.Flags().BoolVar(&o.hex, "hex", false, "print the octets only, as text2pcap reads them")
	c.Flags().StringVar(&o.pcap, "pcap", "", "write request and answer to this capture `FILE`; - is standard output")
	c.Flags().BoolVar(&o.ios, "ios", false, "print the configuration of both routers, and of a Linux far end")
	return c
}

func (o *picturing) check() error {
	asked := 0
	for _, is := range []bool{o.hex, o.ios, o.pcap != ""} {
		if is {
			asked++
		}
	}
	if asked > 1 {
		return usageError{fmt.Errorf("--hex, --pcap and --ios exclude each other")}
	}
	return nil
}

// findTunnel returns the position of a tunnel in the inventory by its name.
func findTunnel(inv *fleet.Inventory, name string) (int, error) {
	at := slices.IndexFunc(inv.Tunnels, func(t fleet.Tunnel) bool { return t.Name == name })
	if at >= 0 {
		return at, nil
	}
	names := make([]string, len(inv.Tunnels))
	for i := range names {
		names[i] = inv.Tunnels[i].Name
	}
	near := inventory.Nearest(name, names, 3)
	if len(near) == 0 {
		return 0, usageError{fmt.Errorf("no tunnel %q in the inventory, which has %s", name, count(len(names), "tunnel"))}
	}
	return 0, usageError{fmt.Errorf("no tunnel %q in the inventory: did you mean %q?", name, strings.Join(near, `" or "`))}
}

func (a *app) runPacket(inv *fleet.Inventory, position int, o picturing) error {
	t := &inv.Tunnels[position]
	var b bytes.Buffer
	switch {
	case o.ios:
		if err := writeIOS(&b, inv, position); err != nil {
			return err
		}
	case t.Probe == fleet.Echo && (o.hex || o.pcap != ""):
		return fmt.Errorf("%s has no keepalive: it is probed by ICMP echo (probe = \"icmp\")", t.Name)
	case t.Probe == fleet.Echo:
		writeEcho(&b, t)
	case o.hex:
		newExample(t).writeHex(&b)
	case o.pcap != "":
		return a.writePcap(newExample(t), o.pcap)
	default:
		if err := newExample(t).writeText(&b); err != nil {
			return err
		}
	}
	_, err := a.stdout.Write(b.Bytes())
	return outputError(err)
}

// example is one keepalive of a tunnel: what the engine would send with these
// numbers, and what becomes of it.
type example struct {
	tunnel           *fleet.Tunnel
	spec             gre.Spec
	request          []byte // with the outer header that the kernel builds
	revealed, answer []byte
	outer, encloses  int // lengths of the outer IPv4 and GRE headers
}

// exampleMarks are the numbers of an example's keepalive.
var exampleMarks = gre.Marks{ID: 4599, Sequence: 1, Number: 1, Time: 0}

// newExample builds one as the engine does, from the same template. The secret
// of a signed one is drawn at each start: here it is all zeros.
func newExample(t *fleet.Tunnel) *example {
	probed := probeTunnel(t)
	x := &example{tunnel: t, spec: probed.Keepalive(new(gre.Secret)), outer: gre.IPv4HeaderLen}
	x.request = x.spec.AppendRequest(nil, exampleMarks)[:x.outer]
	template := gre.NewTemplate(&x.spec)
	x.request = template.Append(x.request, exampleMarks)
	x.revealed = x.request[len(x.request)-x.spec.AnswerLen():]
	x.encloses = len(x.request) - len(x.revealed) - x.outer
	x.answer = slices.Clone(x.revealed)
	gre.DecrementTTL(x.answer)
	return x
}

// exampleRTT is the time between request and answer in a capture that nobody took.
const exampleRTT = time.Millisecond

// writePcap writes request and answer as they would be captured on this host.
func (a *app) writePcap(x *example, file string) error {
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.LinkRaw)
	if err != nil {
		return err
	}
	now := time.Now()
	for i, packet := range [][]byte{x.request, x.answer} {
		if err := w.Write(now.Add(time.Duration(i)*exampleRTT), packet); err != nil {
			return err
		}
	}
	if file == "-" {
		_, err := a.stdout.Write(b.Bytes())
		return outputError(err)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// writeHex writes the octets of the three as text2pcap reads them.
func (x *example) writeHex(w io.Writer) {
	for _, p := range x.legs() {
		fmt.Fprintf(w, "# %s\n", p.title)
		for at := 0; at < len(p.packet); at += 16 {
			fmt.Fprintf(w, "%06x  % x\n", at, p.packet[at:min(at+16, len(p.packet))])
		}
	}
}

// leg is what a keepalive is at one place of its way.
type leg struct {
	title  string
	packet []byte
}

func (x *example) legs() []leg {
	t := x.tunnel
	length := func(p []byte) string { return count(len(p), "octet") }
	back := t.Source
	if t.ReplyTo.IsValid() {
		back = t.ReplyTo
	}
	return []leg{
		{fmt.Sprintf("1. Sent: %v -> %v, %s", t.Source, t.Destination, length(x.request)), x.request},
		{fmt.Sprintf("2. Revealed at %v: the outer headers are off, %s are left", t.Destination, length(x.revealed)), x.revealed},
		{fmt.Sprintf("3. Comes back: %v -> %v, %s, by %v's physical interface (R6)", t.Destination, back, length(x.answer), t.Destination), x.answer},
	}
}
