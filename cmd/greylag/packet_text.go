package main

import (
	"fmt"
	"io"
	"strings"

	"greylag/fleet"
	"greylag/probe/gre/anatomy"
)

// writeText draws the three and explains every field.
func (x *example) writeText(w io.Writer) error {
	t, legs := x.tunnel, x.legs()
	request, err := anatomy.Request(x.request)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	answer, err := anatomy.Answer(x.answer)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	x.note(request)
	x.noteAnswer(answer)
	fmt.Fprintf(w, "%s: a keepalive every %v, down after %d unanswered (R8, R10)%s\n", t.Name, t.Interval, t.Retries, disabledText(t))
	fmt.Fprintf(w, "%s\n\n%s\n", legs[0].title, x.drawing(0))
	writeParts(w, request)
	fmt.Fprintf(w, "%s:\noctets %d to %d of the above, as they are. The far end forwards them like any packet.\n\n%s\n",
		legs[1].title, len(x.request)-len(x.revealed), len(x.request)-1, x.drawing(2))
	fmt.Fprintf(w, "%s\n\n%s\n", legs[2].title, x.drawing(2))
	writeParts(w, answer)
	fmt.Fprintf(w, "As `debug tunnel keepalive` prints it (R21):\n%s\n",
		fleet.AppendDebug(nil, t.Name, t.Source, t.Destination, len(x.answer), 1))
	return nil
}

func disabledText(t *fleet.Tunnel) string {
	if t.Enabled {
		return ""
	}
	return "; not sent now: enabled = false"
}

// note says of the request's fields what they are in this tunnel.
func (x *example) note(p []anatomy.Part) {
	t := x.tunnel
	anatomy.Note(p, anatomy.OuterIP, anatomy.TotalLength, "the whole packet")
	anatomy.Note(p, anatomy.OuterIP, anatomy.Identification, "the kernel's; a router's is the inner one + 1, as here")
	anatomy.Note(p, anatomy.OuterIP, anatomy.TTL, "the inventory's ttl")
	anatomy.Note(p, anatomy.OuterIP, anatomy.HeaderChecksum, "the kernel's")
	anatomy.Note(p, anatomy.OuterIP, anatomy.Source, "this end of the tunnel")
	anatomy.Note(p, anatomy.OuterIP, anatomy.Destination, "the far end")
	anatomy.Note(p, anatomy.InnerIP, anatomy.TotalLength, "the len of a router's debug line (R5, R21)")
	anatomy.Note(p, anatomy.InnerIP, anatomy.Identification, "an example; greylag draws one that nobody can guess: by it the answer is matched")
	anatomy.Note(p, anatomy.InnerIP, anatomy.TTL, "must outlast the way back")
	anatomy.Note(p, anatomy.InnerIP, anatomy.Source, "the far end's own address, which unicast RPF there dislikes (R17)")
	anatomy.Note(p, anatomy.InnerIP, anatomy.Destination, x.home())
	for _, header := range []string{anatomy.OuterGRE, anatomy.InnerGRE} {
		anatomy.Note(p, header, anatomy.Sequence, "an example; greylag's follows the clock, in tenths of a second (RFC 2890)")
	}
	if t.HasKey {
		anatomy.Note(p, anatomy.OuterGRE, anatomy.Key, "the inventory's key: by it the far end finds the tunnel (RFC 2890)")
		anatomy.Note(p, anatomy.InnerGRE, anatomy.Key, "the same")
	}
	anatomy.Note(p, anatomy.Signed, anatomy.Tag, "SipHash-2-4 over the inner addresses, number and time; here under a secret of zeros, greylag draws one at each start")
}

// home says where the answer goes, and why.
func (x *example) home() string {
	if x.tunnel.ReplyTo.IsValid() && x.tunnel.ReplyTo != x.tunnel.Source {
		return "the inventory's reply_to: this host, as it is reached from outside of NAT"
	}
	return "this end: where the far end forwards it"
}

// noteAnswer says what the far end changed.
func (x *example) noteAnswer(p []anatomy.Part) {
	anatomy.Note(p, anatomy.IP, anatomy.TTL, "1 less: the far end has forwarded it; so does every router on the way")
	anatomy.Note(p, anatomy.IP, anatomy.HeaderChecksum, "follows the TTL")
	anatomy.Note(p, anatomy.IP, anatomy.Identification, "as it was sent")
	if x.tunnel.Match == fleet.MatchAddress {
		anatomy.Note(p, anatomy.IP, anatomy.Identification, "this far end rewrites it: match = \"address\"")
	}
	anatomy.Note(p, anatomy.GRE, anatomy.Key, "")
	anatomy.Note(p, anatomy.GRE, anatomy.Sequence, "")
}

// partNotes say who writes a part.
var partNotes = map[string]string{
	anatomy.OuterIP: "written by the kernel (routers write it themselves); TOS and TTL are the inventory's",
	anatomy.InnerIP: "the answer, prebuilt (R4)",
}

// writeParts writes every field: its offset, its octets, what it is.
func writeParts(w io.Writer, parts []anatomy.Part) {
	name, value := 0, 0
	for _, p := range parts {
		for _, f := range p.Fields {
			name, value = max(name, len(f.Name)), max(value, len(f.Value))
		}
	}
	for _, p := range parts {
		if note := partNotes[p.Title]; note != "" {
			fmt.Fprintf(w, "%s, %s\n", p.Title, note)
		} else {
			fmt.Fprintln(w, p.Title)
		}
		for _, f := range p.Fields {
			line := fmt.Sprintf("  %3d  %-23s  %-*s  %-*s  %s", f.Offset, fmt.Sprintf("% x", f.Bytes), name, f.Name, value, f.Value, f.Meaning)
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		}
	}
	fmt.Fprintln(w)
}

// drawing is the packet's headers side by side, as the reference draws them, from
// that one on.
func (x *example) drawing(from int) string {
	t, options := x.tunnel, x.options()
	back := t.Source
	if t.ReplyTo.IsValid() {
		back = t.ReplyTo
	}
	boxes := [][]string{
		append([]string{"IP  source " + t.Source.String(), "    destination " + t.Destination.String()}, make([]string, len(options))...),
		append([]string{"GRE PT=IP", ""}, options...),
		append([]string{"IP  source " + t.Destination.String(), "    destination " + back.String()}, make([]string, len(options))...),
		append([]string{"GRE PT=0", ""}, options...),
	}
	if x.spec.Secret != nil {
		boxes = append(boxes, append([]string{"signed", "number, time, tag"}, make([]string, len(options))...))
	}
	return drawBoxes(boxes[from:])
}

// options are the optional fields of both GRE headers.
func (x *example) options() (lines []string) {
	if x.spec.Checksum {
		lines = append(lines, "checksum")
	}
	if x.spec.HasKey {
		lines = append(lines, fmt.Sprintf("key=%d", x.spec.Key))
	}
	if x.spec.Sequence {
		lines = append(lines, "sequence number")
	}
	return lines
}

// drawBoxes draws boxes of equally many lines side by side.
func drawBoxes(boxes [][]string) string {
	border, rows := "+", make([]string, len(boxes[0]))
	for _, box := range boxes {
		width := 0
		for _, line := range box {
			width = max(width, len(line))
		}
		border += strings.Repeat("-", width+2) + "+"
		for i, line := range box {
			rows[i] += fmt.Sprintf("| %-*s ", width, line)
		}
	}
	return border + "\n" + strings.Join(rows, "|\n") + "|\n" + border + "\n"
}

// writeEcho says what a tunnel sends that has no keepalive.
func writeEcho(w io.Writer, t *fleet.Tunnel) {
	fmt.Fprintf(w, "%s is probed by ICMP echo, not by keepalive (probe = \"icmp\", R20): every %v an echo request\n"+
		"%v -> %v, down after %d unanswered%s. It tests that the far end can be reached, not\n"+
		"that its tunnel works.\n\n%s\n", t.Name, t.Interval, t.Source, t.Destination, t.Retries, disabledText(t),
		drawBoxes([][]string{
			{"IP  source " + t.Source.String(), "    destination " + t.Destination.String()},
			{"ICMP echo request", "identifier, sequence number"},
		}))
}
