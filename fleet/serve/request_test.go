package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greylag/fleet/stream"
)

const reload = `{"type":"request","request":"reload"}` + "\n"

// asked is what a viewer gets that sends text.
func asked(t *testing.T, text string, mayAsk bool, handler Handler) (got string, over bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		if handler != nil {
			s.options.Requests = map[string]Handler{"reload": handler}
		}
		far, v := s.viewer(4711)
		v.mayAsk = mayAsk
		s.enter(t.Context(), v)
		go fmt.Fprint(far, text)
		_ = far.SetReadDeadline(time.Now().Add(time.Second))
		lines := bufio.NewScanner(far)
		for lines.Scan() {
			got += lines.Text() + "\n"
		}
		over = lines.Err() == nil
		s.finish()
	})
	return got, over
}

func TestRequests(t *testing.T) {
	done := func(context.Context) (string, error) { return "3 tunnels changed", nil }
	broken := func(context.Context) (string, error) { return "", errors.New("f:1:2: one\nf:3:4: two") }
	said := func(context.Context) (string, error) { return "nothing was changed", errors.New("f:1:2: one") }
	reply := func(rest string) string { return `{"type":"reply","request":"reload",` + rest + "}\n" }
	junk := func(why string) string {
		return `{"type":"reply","request":"stream","ok":false,"text":"` + why + `"}` + "\n"
	}
	isNo := func(why string) string {
		return junk("no request (" + why + `): the only line to send is {\"type\":\"request\",\"request\":\"reload\"}`)
	}
	for name, c := range map[string]struct {
		sent    string
		other   bool // not root, and not the same user
		handler Handler
		want    string
		over    bool
	}{
		"done":            {reload, false, done, reply(`"ok":true,"text":"3 tunnels changed"`), false},
		"twice":           {reload + reload, false, done, strings.Repeat(reply(`"ok":true,"text":"3 tunnels changed"`), 2), false},
		"without newline": {strings.TrimSpace(reload), false, done, "", false}, // there may be more to come
		"errors":          {reload, false, broken, reply(`"ok":false,"text":"f:1:2: one","errors":["f:1:2: one","f:3:4: two"]`), false},
		"error and text":  {reload, false, said, reply(`"ok":false,"text":"nothing was changed","errors":["f:1:2: one"]`), false},
		"not offered":     {reload, false, nil, reply(`"ok":false,"text":"\"reload\" is not offered here"`), false},
		"not allowed": {reload, true, done,
			reply(fmt.Sprintf(`"ok":false,"text":"only root and user %d, as whom this greylag runs, may ask for that: you are user 4711"`, os.Geteuid())), false},
		"another word": {`{"type":"request","request":"stop"}` + "\n", false, done,
			`{"type":"reply","request":"stop","ok":false,"text":"\"stop\" is not offered here"}` + "\n", false},
		"HTTP":           {"GET / HTTP/1.1\r\n", false, done, isNo("no valid JSON at byte 1: invalid character 'G' looking for beginning of value"), true},
		"another record": {`{"type":"event","time":"2026-11-22T19:00:00.000Z","tunnel":"a","from":"up","to":"down"}` + "\n", false, done, isNo("it is another record"), true},
		"unknown record": {`{"type":"odd"}` + "\n", false, done, isNo("it is another record"), true},
		"blank":          {"\n", false, done, isNo("EOF"), true},
		"endless":        {strings.Repeat("x", 2*maxRequest), false, done, junk("a line of over 4096 bytes is no request"), true},
		"nested":         {strings.Repeat("[", maxRequest-1) + "\n", false, done, isNo("no valid JSON at byte 4095: unexpected end of JSON input"), true},
	} {
		t.Run(name, func(t *testing.T) {
			got, over := asked(t, c.sent, !c.other, c.handler)
			if got != c.want || over != c.over {
				t.Errorf("over %v, got\n%s\nwant %v,\n%s", over, got, c.over, c.want)
			}
		})
	}
}

// Requests are answered one at a time, and not faster than requestPause allows: who
// floods is slowed down, and dropped if it does not read what it gets.
func TestRequestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t)
		answered := 0
		s.options.Requests = map[string]Handler{"reload": func(context.Context) (string, error) {
			answered++
			return strings.Repeat("x", 10<<10), nil
		}}
		far, v := s.viewer(1)
		v.mayAsk = true
		s.enter(t.Context(), v)
		begun := time.Now()
		for {
			if _, err := far.Write([]byte(reload)); err != nil {
				break
			}
		}
		if took, least := time.Since(begun), time.Duration(answered-1)*requestPause; answered < room/(10<<10) || took < least {
			t.Errorf("%d requests in %v", answered, took)
		}
		synctest.Wait()
		if got := s.Stats(); got.Viewers != 0 || got.Dropped != 1 {
			t.Errorf("%+v", got)
		}
		s.finish()
	})
}

// Replies come between the lines of the stream, to who asked.
func TestReplyInTheStream(t *testing.T) {
	s := serve(t, Options{Requests: map[string]Handler{"reload": func(context.Context) (string, error) { return "done", nil }}})
	asks, other := s.connect(t), s.connect(t)
	s.admit(t, 2)
	write(t, s.Everyone(), "event 1\n")
	if got := asks.line(t) + other.line(t); got != "event 1event 1" {
		t.Fatal(got)
	}
	write(t, asks, reload)
	if got, want := asks.line(t), `{"type":"reply","request":"reload","ok":true,"text":"done"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	write(t, s.Everyone(), "event 2\n")
	if got := asks.line(t) + other.line(t); got != "event 2event 2" {
		t.Error(got)
	}
}

// A viewer that has closed only its half still reads; one that has gone is seen to.
func TestHalfClosed(t *testing.T) {
	s := serve(t, Options{})
	r := s.connect(t)
	s.admit(t, 1)
	v := s.everyone()[0]
	if err := r.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if v.hungUp() {
		t.Error("hung up, though it still reads")
	}
	write(t, s.Everyone(), "event\n")
	if got := r.line(t); got != "event" {
		t.Errorf("%q", got)
	}
	r.Close()
	if !v.hungUp() {
		t.Error("not hung up, though nobody is there")
	}
	s.left(t, 0) // without anything being written
}

// Whatever a viewer sends gets an answer that can be read, and breaks nothing.
func FuzzRequest(f *testing.F) {
	for _, line := range []string{reload, "GET / HTTP/1.1\r\n", "\n", "null\n", `{"type":"request","request":"\u0000` + "\x80\"}\n", `{"type":"hello","schema":9}`} {
		f.Add([]byte(line))
	}
	s := newServer(Options{Requests: map[string]Handler{"reload": func(context.Context) (string, error) { return "", errors.New("no") }}})
	v := &viewer{mayAsk: true}
	f.Fuzz(func(t *testing.T, line []byte) {
		reply, ok := s.answer(t.Context(), v, line)
		if !ok {
			reply.Request = stream.RequestStream
		}
		rec, err := stream.NewDecoder(bytes.NewReader(stream.AppendReply(nil, &reply))).Next()
		if err != nil || rec.Reply == nil || rec.Reply.OK {
			t.Fatalf("%q: %+v, %v", line, reply, err)
		}
	})
}
