package stream

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// briefly decodes a line whole, and takes the brief of it.
func briefly(line []byte) (Brief, error) {
	var b Brief
	rec, err := decode(line)
	if err == nil {
		b.take(rec)
	}
	return b, err
}

// diffBriefs tells what differs; empty and absent are the same.
func diffBriefs(decoded, skimmed *Brief) string {
	return cmp.Diff(decoded, skimmed, cmpopts.EquateEmpty())
}

// TestSkimmed: what our encoder writes of tunnels and spokes is skimmed, and says
// what the decoder reads.
func TestSkimmed(t *testing.T) {
	var s skimmer
	skimmed := map[BriefKind]int{}
	for _, ex := range examples() {
		line := bytes.TrimSpace(encoded(t, ex.Record))
		want, err := briefly(line)
		if err != nil {
			t.Fatal(err)
		}
		var got Brief
		is := s.read(line, &got)
		if is != (want.Kind != BriefRecord) {
			t.Errorf("skimmed: %v: %s", is, line)
		}
		if diff := diffBriefs(&want, &got); is && diff != "" {
			t.Errorf("%s: (-decoded +skimmed)\n%s", line, diff)
		}
		skimmed[want.Kind]++
	}
	if len(skimmed) != 5 {
		t.Errorf("skimmed only %v", skimmed)
	}
}

// TestBriefOtherwise: what others write otherwise is read all the same.
func TestBriefOtherwise(t *testing.T) {
	const time = `"time":"2026-11-22T19:00:00.000Z"`
	for name, lines := range map[string][2]string{
		"order":      {`{"tunnel":"a","from":"up","type":"event","to":"down",` + time + `}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"spaces":     {`{ "type" : "event", ` + time + ` , "tunnel":"a","from":"up","to":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"escapes":    {`{"type":"event",` + time + `,"tunnel":"\u0061","from":"up","to":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"case":       {`{"type":"event",` + time + `,"Tunnel":"a","from":"up","TO":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"last of":    {`{"type":"event",` + time + `,"tunnel":"b","tunnel":"a","from":"up","to":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"other type": {`{"type":"tunnel",` + time + `,"tunnel":"a","from":"up","to":"down","type":"event"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"zone":       {`{"type":"event","time":"2026-11-22T20:00:00+01:00","tunnel":"a","from":"up","to":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
		"nested":     {`{"type":"event","x":{"to":["}",{"a":"\\\""}]},` + time + `,"tunnel":"a","from":"up","to":"down"}`, `{"type":"event",` + time + `,"tunnel":"a","from":"up","to":"down"}`},
	} {
		var got, want Brief
		other, plain := NewBriefReader(strings.NewReader(lines[0])), NewBriefReader(strings.NewReader(lines[1]))
		if err := errors.Join(other.NextBrief(&got), plain.NextBrief(&want)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := diffBriefs(&want, &got); diff != "" {
			t.Errorf("%s: (-plain +got)\n%s", name, diff)
		}
	}
}

// TestBriefErrors: they are the decoder's.
func TestBriefErrors(t *testing.T) {
	const text = `{"type":"event","time":"2026-11-22T19:00:00.000Z","tunnel":"a","from":"up","to":"down"}` + "\n" +
		`{"type":"event","time":"2026-11-22T19:00:00.000Z","tunnel":"a","from":"up","to":"dow` + "\n" +
		`{"type":"event","time":"2026-02-30T19:00:00.000Z","tunnel":"a","from":"up","to":"down"}` + "\n" +
		`{"type":"event","time":"2026-11-22T19:00:00.000Z","tunnel":"a","from":"up","to":"down"}}` + "\n" +
		"\x00\x00\n" + `{"type":"hello","schema":2,"version":"9"}` + "\n"
	brief, whole := NewBriefReader(strings.NewReader(text)), NewDecoder(strings.NewReader(text))
	for range 9 {
		var b Brief
		_, want := whole.Next()
		got := brief.NextBrief(&b)
		if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if brief.Line() != 6 {
		t.Errorf("line %d", brief.Line())
	}
}

// FuzzBrief: of whatever the decoder takes for a record, the brief is the same.
func FuzzBrief(f *testing.F) {
	for _, ex := range examples() {
		f.Add(encoded(f, ex.Record))
	}
	f.Add([]byte(`{"type":"tunnel","time":"2026-11-22T19:00:00.000Z","name":"a","state":"up","tags":[],"rank":01,"since":"2026-11-22T24:00:00.000Z"}`))
	f.Add([]byte(`{"type":"spoke","time":"2026-11-22T19:00:00.000Z","name":"a\"b","path":"none","x":[[{}],"]"],"ranKed":true}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		line, err := newLineReader(bytes.NewReader(text)).next()
		if err != nil {
			return
		}
		var got Brief
		var s skimmer
		skimmed := s.read(line, &got)
		want, err := briefly(line)
		if err != nil || !skimmed {
			return
		}
		if diff := diffBriefs(&want, &got); diff != "" {
			t.Fatalf("%q: (-decoded +skimmed)\n%s", line, diff)
		}
	})
}

func BenchmarkBrief(b *testing.B) {
	for _, ex := range examples() {
		if ex.name != "event-down" && ex.name != "tunnel-up" {
			continue
		}
		b.Run(ex.name, func(b *testing.B) {
			line := encoded(b, ex.Record)
			text := bytes.Repeat(line, 1000)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var brief Brief
			for b.Loop() {
				d := NewBriefReader(bytes.NewReader(text))
				for d.NextBrief(&brief) == nil {
				}
				if d.err != io.EOF {
					b.Fatal(d.err)
				}
			}
		})
	}
}
