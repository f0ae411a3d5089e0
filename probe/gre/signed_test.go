package gre_test

import (
	"testing"

	"greylag/probe/gre"
)

func signedAnswer(t testing.TB) gre.Answer {
	t.Helper()
	a, err := gre.ParseAnswer(goldenPacket(t, "signed")[24:])
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestVerifySigned(t *testing.T) {
	a := signedAnswer(t)
	number, time, ok := gre.VerifySigned(&secret, &a)
	if number != 0x08090a0b || time != 0x0c0d0e0f || !ok {
		t.Errorf("got %#x, %#x, %t; want 0x08090a0b, 0x0c0d0e0f, true", number, time, ok)
	}
	a.Payload = append(a.Payload, "trailing"...)
	if _, _, ok := gre.VerifySigned(&secret, &a); !ok {
		t.Error("refused for what follows the signed payload")
	}
}

func TestVerifySignedAfterReflection(t *testing.T) {
	r, err := gre.ParseRequest(goldenPacket(t, "signed"))
	if err != nil {
		t.Fatal(err)
	}
	gre.DecrementTTL(r.Inner)
	a, err := gre.ParseAnswer(r.Inner)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := gre.VerifySigned(&secret, &a); !ok || a.TTL != 254 {
		t.Errorf("ok %t, TTL %d; want true, 254", ok, a.TTL)
	}
}

// Any bit of what the tag covers, of the tag, and of the secret.
func TestVerifySignedForged(t *testing.T) {
	refused := func(what string, k *gre.Secret, a gre.Answer) {
		t.Helper()
		if n, at, ok := gre.VerifySigned(k, &a); ok || n != 0 || at != 0 {
			t.Errorf("%s: got %d, %d, %t", what, n, at, ok)
		}
	}
	for bit := range 8 * gre.SignedLen {
		a := signedAnswer(t)
		a.Payload[bit/8] ^= 1 << (bit % 8)
		refused("payload", &secret, a)
	}
	for bit := range 32 {
		a := signedAnswer(t)
		a.Source[bit/8] ^= 1 << (bit % 8)
		refused("source", &secret, a)
		a = signedAnswer(t)
		a.Destination[bit/8] ^= 1 << (bit % 8)
		refused("destination", &secret, a)
	}
	for bit := range 8 * len(secret) {
		k := secret
		k[bit/8] ^= 1 << (bit % 8)
		refused("secret", &k, signedAnswer(t))
	}
	refused("no secret", nil, signedAnswer(t))
}

func TestVerifySignedShort(t *testing.T) {
	a := signedAnswer(t)
	for n := range gre.SignedLen {
		short := a
		short.Payload = a.Payload[:n]
		if _, _, ok := gre.VerifySigned(&secret, &short); ok {
			t.Errorf("accepted with %d octets", n)
		}
	}
}

// The tag covers the inner destination as sent: NAT on the way back hides it
// until ReplyTo is put back.
func TestVerifySignedBehindNAT(t *testing.T) {
	spec := goldenSpec(gre.Spec{ReplyTo: addr("203.0.113.9"), Secret: &secret})
	a, err := gre.ParseAnswer(spec.AppendRequest(nil, goldenMarks)[24:])
	if err != nil {
		t.Fatal(err)
	}
	a.Destination = endA // as translated
	if _, _, ok := gre.VerifySigned(&secret, &a); ok {
		t.Error("accepted with another destination")
	}
	a.Destination = spec.ReplyTo.As4()
	if n, _, ok := gre.VerifySigned(&secret, &a); !ok || n != goldenMarks.Number {
		t.Errorf("got %#x, %t; want %#x, true", n, ok, goldenMarks.Number)
	}
}
