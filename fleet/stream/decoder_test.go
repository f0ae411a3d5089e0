package stream

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"greylag/fleet"
)

const (
	someTime  = `"time":"2026-11-22T19:00:00.000Z"`
	goodEvent = `{"type":"event",` + someTime + `,"tunnel":"a","from":"up","to":"down"}`
)

func TestLineErrors(t *testing.T) {
	tunnel := `{"type":"tunnel",` + someTime + `,"name":"a","state":"up",`
	cases := []struct{ name, line, want string }{
		{"torn", goodEvent[:40], `no valid JSON at byte 40: unexpected end of JSON input`},
		{"two in one line", `{"type":"x"}{"type":"y"}`, `no valid JSON at byte 13: invalid character '{' after top-level value`},
		{"not JSON", `Tunnel0: sending keepalive`, `no valid JSON at byte 1: invalid character 'T' looking for beginning of value`},
		{"a list", `[1]`, `no record: it is a JSON array, want an object`},
		{"a number", `7`, `no record: it is a JSON number, want an object`},
		{"null", `null`, `no record: "type" is missing`},
		{"no type", `{"name":"a"}`, `no record: "type" is missing`},
		{"type is no string", `{"type":7}`, `"type" is a JSON number, want a string`},
		{"hello without schema", `{"type":"hello",` + someTime + `}`, `hello record without "schema"`},
		{"hello without time", `{"type":"hello","schema":1}`, `hello record without "time"`},
		{"tunnel without time", `{"type":"tunnel","name":"a","state":"up"}`, `tunnel record without "time"`},
		{"tunnel without name", `{"type":"tunnel",` + someTime + `,"state":"up"}`, `tunnel record without "name"`},
		{"tunnel without state", `{"type":"tunnel",` + someTime + `,"name":"a"}`, `tunnel record without "state"`},
		{"spoke without name", `{"type":"spoke",` + someTime + `,"path":"none"}`, `spoke record without "name"`},
		{"spoke without path", `{"type":"spoke",` + someTime + `,"name":"a"}`, `spoke record without "path"`},
		{"spoke without time", `{"type":"spoke","name":"a","path":"none"}`, `spoke record without "time"`},
		{"event of nothing", `{"type":"event",` + someTime + `,"from":"up","to":"down"}`, `event record without "tunnel"`},
		{"dead backups are text", `{"type":"spoke","dead_backups":"a"}`, `"dead_backups" is a JSON string, want a list`},
		{"next hops are text", `{"type":"spoke","route":{"next_hops":"2"}}`, `"route.next_hops" is a JSON string, want an integer`},
		{"black hole is a number", `{"type":"spoke","black_hole":1}`, `"black_hole" is a JSON number, want true or false`},
		{"event of both", strings.Replace(goodEvent, `"to"`, `"spoke":"b","to"`, 1), `event record with both "tunnel" and "spoke", want one of them`},
		{"event without from", strings.Replace(goodEvent, `"from"`, `"x"`, 1), `event record without "from"`},
		{"event without to", strings.Replace(goodEvent, `"to"`, `"x"`, 1), `event record without "to"`},
		{"event without time", strings.Replace(goodEvent, `"time"`, `"x"`, 1), `event record without "time"`},
		{"summary without time", `{"type":"summary"}`, `summary record without "time"`},
		{"peer without address", `{"type":"peer",` + someTime + `}`, `peer record without "address"`},
		{"peer's count", `{"type":"peer",` + someTime + `,"reflected":"12"}`, `"reflected" is a JSON string, want an integer of 0 to 18446744073709551615`},
		{"negative count", tunnel + `"sent":-1}`, `"sent" is a JSON number -1, want an integer of 0 to 18446744073709551615`},
		{"TTL too large", tunnel + `"reply_ttl":256}`, `"reply_ttl" is a JSON number 256, want an integer of 0 to 255`},
		{"key too large", tunnel + `"key":4294967296}`, `"key" is a JSON number 4294967296, want an integer of 0 to 4294967295`},
		{"loss is text", tunnel + `"loss":"1%"}`, `"loss" is a JSON string, want a number`},
		{"tags is text", tunnel + `"tags":"apac"}`, `"tags" is a JSON string, want a list`},
		{"rtt is a number", tunnel + `"rtt_us":812}`, `"rtt_us" is a JSON number, want an object`},
		{"retries is text", tunnel + `"retries":"4"}`, `"retries" is a JSON string, want an integer`},
		{"protected is a number", `{"type":"spoke","protected":1}`, `"protected" is a JSON number, want true or false`},
		{"time is no time", strings.Replace(goodEvent, "T19:00", " 19h00", 1), `"2026-11-22 19h00:00.000Z" is no time, want RFC 3339 as in "2026-11-22T19:00:00.000Z"`},
		{"request of nothing", `{"type":"request"}`, `request record without "request"`},
		{"reply to nothing", `{"type":"reply","ok":true}`, `reply record without "request"`},
		{"reply without ok", `{"type":"reply","request":"reload"}`, `reply record without "ok"`},
		{"errors are text", `{"type":"reply","errors":"a"}`, `"errors" is a JSON string, want a list`},
		{"time is a number", `{"type":"event","time":1700000000}`, `1700000000 is no time, want RFC 3339 as in "2026-11-22T19:00:00.000Z"`},
		{"year 10000 in UTC", `{"type":"event","time":"9999-12-31T23:59:59-01:00"}`, `"9999-12-31T23:59:59-01:00" is no time, want RFC 3339 as in "2026-11-22T19:00:00.000Z"`},
		{"fraction", tunnel + `"interval_ms":1.5}`, `1.5 is no duration, want an integer of at most 9223372036854`},
		{"interval too long", tunnel + `"interval_ms":9223372036855}`, `9223372036855 is no duration, want an integer of at most 9223372036854`},
		{"RTT is text", tunnel + `"rtt_us":{"last":"812"}}`, `"812" is no duration, want an integer of at most 9223372036854775`},
		{"address", tunnel + `"source":"jump1"}`, `ParseAddr("jump1"): unable to parse IP`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dec := NewDecoder(strings.NewReader("\n" + c.line + "\n" + goodEvent + "\n"))
			rec, err := dec.Next()
			bad, ok := errors.AsType[*LineError](err)
			if !ok || rec != (Record{}) {
				t.Fatalf("got %+v and error %v, want a LineError", rec, err)
			}
			if bad.Line != 2 || bad.Err.Error() != c.want {
				t.Errorf("got  %v\nwant line 2: %v", bad, c.want)
			}
			if rec, err = dec.Next(); err != nil || rec.Event == nil {
				t.Errorf("the line after it: %+v, %v", rec, err)
			}
			if _, err = dec.Next(); err != io.EOF {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

func TestErrorTextNamesLine(t *testing.T) {
	_, err := NewDecoder(strings.NewReader("\n\n{}\n")).Next()
	if want := `line 3: no record: "type" is missing`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What a later greylag may add is no error, and a missing optional field is not
// known.
func TestTolerance(t *testing.T) {
	minimal := Record{Tunnel: &fleet.TunnelReport{
		Tunnel: &fleet.Tunnel{Name: "a", Enabled: true}, Time: at(0), State: "odd", Availability: -1,
	}}
	event := Record{Event: &fleet.Event{Time: at(0), Tunnel: "a", From: fleet.Up, To: fleet.Down}}
	cases := []struct {
		name, in string
		want     Record
	}{
		{"unknown type", `{"type":"weather","time":7,"sky":[{}]}`, Record{Unknown: "weather"}},
		{"unknown fields", strings.Replace(goodEvent, `"from"`, `"new":{"a":[1,null]},"from"`, 1), event},
		{"type comes last", `{"tunnel":"a","from":"up","to":"down",` + someTime + `,"type":"event"}`, event},
		{"spaces", "  " + strings.ReplaceAll(goodEvent, `,`, ` ,	`) + "\t", event},
		{"CR LF", goodEvent + "\r", event},
		{"another zone, finer", strings.Replace(goodEvent, "19:00:00.000Z", "20:00:00.000000000+01:00", 1), event},
		{"null is absent", strings.Replace(goodEvent, `"from"`, `"outage_ms":null,"reason":null,"from"`, 1), event},
		{"nothing optional, an unknown state", `{"type":"tunnel",` + someTime + `,"name":"a","state":"odd"}`, minimal},
		{"empty hello", `{"type":"hello","schema":1,` + someTime + `}`, Record{Hello: &Hello{Time: at(0)}}},
		{"empty summary", `{"type":"summary",` + someTime + `}`, Record{Summary: &fleet.Summary{Time: at(0)}}},
		{"a state more", `{"type":"summary",` + someTime + `,"tunnels":{"muted":2},"spokes":{"unprotected":1}}`,
			Record{Summary: &fleet.Summary{Time: at(0), Tunnels: map[fleet.State]int{"muted": 2}, Spokes: map[fleet.Path]int{}, Unprotected: 1}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := NewDecoder(strings.NewReader(c.in)).Next()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, comparers); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Without a count of its own in the stream, the samples follow from the rest.
func TestSamplesOfRTT(t *testing.T) {
	cases := []struct {
		in   string
		want uint64
	}{
		{`"received":9`, 0},
		{`"received":0,"rtt_us":{"last":1}`, 1},
		{`"received":9,"rtt_us":{"last":1,"jitter":1}`, 9},
		{`"received":1,"rtt_us":{"last":1,"jitter":0}`, 2},
	}
	for _, c := range cases {
		line := `{"type":"tunnel",` + someTime + `,"name":"a","state":"up",` + c.in + `}`
		rec, err := NewDecoder(strings.NewReader(line)).Next()
		if err != nil {
			t.Fatal(err)
		}
		if got := rec.Tunnel.RTT.Samples; got != c.want {
			t.Errorf("%s: %d samples, want %d", c.in, got, c.want)
		}
	}
}

func TestNewerSchemaIsFinal(t *testing.T) {
	hello := `{"type":"hello","schema":2,"version":"3.1.0","time":{"s":1}}` + "\n"
	want := `line 2: this greylag is too old: it reads schema 1, and the stream is schema 2, from greylag 3.1.0`
	hello = strings.Replace(hello, `{"s":1}`, `"2030-01-01T00:00:00Z"`, 1)
	dec := NewDecoder(strings.NewReader(goodEvent + "\n" + hello + goodEvent + "\n"))
	if _, err := dec.Next(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := dec.Next()
		if _, ok := errors.AsType[*SchemaError](err); !ok || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A reader's error ends the stream, as it is.
func TestReaderErrorIsFinal(t *testing.T) {
	broken := errors.New("connection reset")
	r := io.MultiReader(strings.NewReader(goodEvent+"\n"+goodEvent[:9]), iotest.ErrReader(broken))
	dec := NewDecoder(r)
	if _, err := dec.Next(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := dec.Next(); err != broken {
			t.Errorf("got %v, want %v", err, broken)
		}
	}
}

// However the bytes arrive, the records are the same.
func TestSlowReader(t *testing.T) {
	text := bytes.Repeat([]byte(goodEvent+"\n"), 3)
	text = text[:len(text)-1] // the last line needs no newline
	for name, r := range map[string]io.Reader{
		"byte by byte":   iotest.OneByteReader(bytes.NewReader(text)),
		"end with bytes": iotest.DataErrReader(bytes.NewReader(text)),
	} {
		if got := len(decodeAll(t, r)); got != 3 {
			t.Errorf("%s: %d records, want 3", name, got)
		}
	}
}
