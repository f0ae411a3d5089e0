package gre_test

import (
	"testing"

	"greylag/probe/alloctest"
	"greylag/probe/gre"
)

// Sinks, so that nothing is optimised away, nor kept from escaping by luck.
var (
	sinkBytes   []byte
	sinkAnswer  gre.Answer
	sinkRequest gre.Request
	sinkQuote   gre.Quote
	sinkOK      bool
)

func TestNoAllocation(t *testing.T) {
	buffer := make([]byte, 0, gre.MaxRequestLen)
	for _, g := range golden {
		spec := goldenSpec(g.spec)
		var many gre.Templates
		template := many.Of(spec)
		packet := octets(t, g.hex)
		answer := packet[g.inner:]
		cases := map[string]func(){
			"AppendRequest":   func() { sinkBytes = spec.AppendRequest(buffer, goldenMarks) },
			"Templates.Of":    func() { template = many.Of(spec) },
			"Template.Append": func() { sinkBytes = template.Append(buffer, goldenMarks) },
			"ParseRequest":    func() { sinkRequest, _ = gre.ParseRequest(packet) },
			"ParseAnswer":     func() { sinkAnswer, _ = gre.ParseAnswer(answer) },
			"ParseDamaged":    func() { sinkAnswer, _ = gre.ParseDamaged(answer) },
			"ParseQuote":      func() { sinkQuote, _ = gre.ParseQuote(packet[20:]) },
			"refusing":        func() { sinkAnswer, _ = gre.ParseAnswer(packet[:len(packet)-1]) },
			"DecrementTTL":    func() { gre.DecrementTTL(answer) },
			"VerifySigned":    func() { _, _, sinkOK = gre.VerifySigned(&secret, &sinkAnswer) },
		}
		for what, f := range cases {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s, %s: %v allocations", g.name, what, n)
			}
		}
	}
}

// benchmarkGolden runs a benchmark for each of some golden packets.
func benchmarkGolden(b *testing.B, f func(b *testing.B, spec *gre.Spec, packet []byte)) {
	b.Helper()
	for _, g := range golden {
		switch g.name {
		case "bare", "keycsum", "signed", "all":
			b.Run(g.name, func(b *testing.B) {
				check := alloctest.Forbid(b)
				f(b, goldenSpec(g.spec), octets(b, g.hex))
				check()
			})
		}
	}
}

func BenchmarkAppendRequest(b *testing.B) {
	benchmarkGolden(b, func(b *testing.B, spec *gre.Spec, _ []byte) {
		buffer, m := make([]byte, 0, gre.MaxRequestLen), goldenMarks
		for b.Loop() {
			m.ID++
			sinkBytes = spec.AppendRequest(buffer, m)
		}
	})
}

func BenchmarkTemplateAppend(b *testing.B) {
	benchmarkGolden(b, func(b *testing.B, spec *gre.Spec, _ []byte) {
		buffer, m, template := make([]byte, 0, gre.MaxRequestLen), goldenMarks, gre.NewTemplate(spec)
		for b.Loop() {
			m.ID++
			sinkBytes = template.Append(buffer, m)
		}
	})
}

func BenchmarkParseRequest(b *testing.B) {
	benchmarkGolden(b, func(b *testing.B, _ *gre.Spec, packet []byte) {
		var err error
		for b.Loop() {
			if sinkRequest, err = gre.ParseRequest(packet); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkParseAnswer(b *testing.B) {
	benchmarkGolden(b, func(b *testing.B, _ *gre.Spec, packet []byte) {
		r, err := gre.ParseRequest(packet)
		for b.Loop() {
			if sinkAnswer, err = gre.ParseAnswer(r.Inner); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerifySigned(b *testing.B) {
	a := signedAnswer(b)
	check := alloctest.Forbid(b)
	for b.Loop() {
		if _, _, sinkOK = gre.VerifySigned(&secret, &a); !sinkOK {
			b.Fatal("refused")
		}
	}
	check()
}

func BenchmarkDecrementTTL(b *testing.B) {
	answer := goldenPacket(b, "bare")[24:]
	check := alloctest.Forbid(b)
	for b.Loop() {
		gre.DecrementTTL(answer)
	}
	check()
}
