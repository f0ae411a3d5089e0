package decode_test

import (
	"bytes"
	"testing"

	"greylag/fleet"
	"greylag/fleet/decode"
	"greylag/probe/capture"
)

// FuzzReplay reads whatever is in a capture: what is found adds up.
func FuzzReplay(f *testing.F) {
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.LinkRaw)
	if err != nil {
		f.Fatal(err)
	}
	for i := range 6 {
		at := start.Add(second * 5 * 2)
		_ = w.Write(at, requestOf(reference(), uint16(i)))
		_ = w.Write(at, answerOf(reference(), uint16(i)))
	}
	_ = w.Write(start, icmpError(3, 13, far, near, requestOf(reference(), 1)))
	f.Add(b.Bytes(), 3, false)
	f.Add(b.Bytes()[:200], 255, true)
	f.Fuzz(func(t *testing.T, file []byte, retries int, byAddress bool) {
		replay := decode.New(decode.Options{Retries: 1 + int(uint(retries)%255), MatchAddress: byAddress})
		r := capture.NewReader(bytes.NewReader(file))
		var s fleet.Sighting
		var changes []fleet.Event
		for {
			frame, err := r.Next()
			if err != nil {
				break
			}
			changes, _ = replay.Frame(&frame, &s, changes[:0])
		}
		var requests, copies uint64
		_ = replay.Tunnels(func(d *decode.Tunnel) error {
			r := &d.Report
			if r.Sent != d.Requests || r.Sent != r.Received+r.Lost+r.InFlight+r.Excused || d.Report.Tunnel.Interval < 0 {
				t.Errorf("%+v", d)
			}
			requests += d.Requests
			copies += d.Copies
			return nil
		})
		c := replay.Counts()
		sum := c.Requests + c.Answers + c.Errors + c.OtherGRE + c.Others + c.Cut + c.Damaged + c.UnreadLink
		if sum != c.Frames || copies != c.Copies || requests > c.Requests {
			t.Errorf("%+v: %d requests of tunnels", c, requests)
		}
	})
}
