package gre_test

import (
	"testing"

	"greylag/probe/gre"
)

// Whatever the engine builds is seen as it was meant, on both ways.
func TestWatch(t *testing.T) {
	for _, spec := range combinations() {
		for _, replyTo := range []string{"", "203.0.113.9"} {
			spec.ReplyTo = addr(replyTo)
			request := spec.AppendRequest(nil, gre.Marks{ID: 4599, Sequence: 7, Number: 8, Time: 9})
			w, err := gre.Watch(append(request, 0, 0)) // frames are padded
			if err != nil {
				t.Fatalf("%+v: %v", spec, err)
			}
			home := spec.Source
			if replyTo != "" {
				home = spec.ReplyTo
			}
			if !w.Request || w.Source != spec.Source.As4() || w.Destination != spec.Destination.As4() || w.TTL != spec.TTL ||
				w.Key != spec.Key && spec.HasKey || w.HasKey != spec.HasKey || w.AnswerLen != spec.AnswerLen() ||
				w.Answer.ID != 4599 || w.Answer.Source != spec.Destination.As4() || w.Answer.Destination != home.As4() {
				t.Errorf("%+v: %+v", spec, w)
			}
			answer := request[len(request)-w.AnswerLen:]
			gre.DecrementTTL(answer)
			back, err := gre.Watch(answer)
			if err != nil || back.Request || back.Source != spec.Destination.As4() || back.Destination != home.As4() ||
				back.TTL != spec.TTL-1 || back.Answer.ID != 4599 || back.HasKey != spec.HasKey || back.AnswerLen != len(answer) {
				t.Errorf("%+v: answer %+v, %v", spec, back, err)
			}
		}
	}
}

// Cisco metadata may stand before the answer.
func TestWatchMetadata(t *testing.T) {
	plain := goldenSpec(gre.Spec{}).AppendRequest(nil, gre.Marks{ID: 4599})
	packet := append(append(append([]byte{}, plain[:24]...), 8, 0, 1, 1, 0, 1, 0, 9), plain[24:]...)
	packet[3], packet[22], packet[23] = byte(len(packet)), 0x89, 0x09
	if w, err := gre.Watch(packet); err != nil || !w.Request || w.Answer.ID != 4599 || w.AnswerLen != 24 {
		t.Errorf("%+v, %v", w, err)
	}
}

// What is no keepalive is said to be none, and why.
func TestWatchRefuses(t *testing.T) {
	spec := goldenSpec(gre.Spec{Checksum: true})
	request := spec.AppendRequest(nil, gre.Marks{ID: 1})
	plain := goldenSpec(gre.Spec{}).AppendRequest(nil, gre.Marks{ID: 1})
	for name, c := range map[string]struct {
		packet []byte
		want   error
	}{
		"damaged":            {edit(request, len(request)-1, 1), gre.ErrGREChecksum},
		"cut":                {plain[:47], gre.ErrTruncated},
		"TCP":                {edit(plain, 9, 6), gre.ErrNotGRE},
		"TCP in GRE":         {edit(plain, 33, 6), gre.ErrNotKeepalive},
		"IP in GRE in GRE":   {edit(plain, 46, 8), gre.ErrNotKeepalive},
		"another's address":  {edit(plain, 36, 9), gre.ErrNotMirrored},
		"PPTP":               {edit(plain, 21, 1), gre.ErrGREVersion},
		"ERSPAN":             {edit(plain, 22, 0x88, 0xbe), gre.ErrNotKeepalive},
		"nothing":            {nil, gre.ErrTruncated},
		"nothing in the GRE": {edit(plain[:24], 3, 24), gre.ErrTruncated},
	} {
		if w, err := gre.Watch(c.packet); err != c.want {
			t.Errorf("%s: %+v, %v; want %v", name, w, err, c.want)
		}
	}
}

func FuzzWatch(f *testing.F) {
	for _, spec := range combinations() {
		request := spec.AppendRequest(nil, gre.Marks{ID: 4599})
		f.Add(request)
		f.Add(request[len(request)-spec.AnswerLen():])
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		w, err := gre.Watch(packet)
		_, asRequest := gre.ParseRequest(packet)
		_, asAnswer := gre.ParseAnswer(packet)
		switch {
		case err == nil && w.Request == (asAnswer == nil):
			t.Errorf("request %v, but as an answer: %v", w.Request, asAnswer)
		case err != nil && (asRequest == nil || asAnswer == nil):
			t.Errorf("refused, %v, what is one", err)
		case err == nil && (w.AnswerLen < gre.IPv4HeaderLen+gre.HeaderLen || w.AnswerLen > len(packet)):
			t.Errorf("an answer of %d octets in %d", w.AnswerLen, len(packet))
		}
	})
}
