package inventory

import (
	"fmt"
	"strings"
	"testing"
)

// generate is an inventory of n tunnels, two to a spoke, as a script writes it.
// Each tunnel has wrong appended.
func generate(n int, wrong string) []byte {
	var b strings.Builder
	b.WriteString("[defaults]\ninterval = \"1s\"\n[[hub]]\nname = \"fra1\"\nsource = \"192.0.2.10\"\n[[hub]]\nname = \"lon1\"\nsource = \"192.0.2.11\"\n")
	for i := range (n + 1) / 2 {
		fmt.Fprintf(&b, "[[spoke]]\nname = \"spoke-%d\"\n", i)
	}
	for i := range n {
		hub := []string{"fra1", "lon1"}[i%2]
		fmt.Fprintf(&b, "\n[[tunnel]]\nname = \"%s-spoke-%d\"\nhub = %[1]q\nspoke = \"spoke-%[2]d\"\nrank = %d\ndestination = \"10.%d.%d.%d\"\nkey = %[2]d\ntags = [\"apac\", \"generated\"]\n%[7]s",
			hub, i/2, i%2+1, 1+i>>16, i>>8&255, i&255, wrong)
	}
	return []byte(b.String())
}

func TestManyTunnels(t *testing.T) {
	const n = 10_000
	inv, err := Parse("f", generate(n, "[tunnel.peer]\nurpf = \"off\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	last := inv.Tunnels[n-1]
	if len(inv.Tunnels) != n || len(inv.Spokes) != n/2 || last.Name != "lon1-spoke-4999" ||
		last.Source != ip("192.0.2.11") || last.Destination != ip("10.1.39.15") || last.Peer == nil {
		t.Errorf("%d tunnels, %d spokes, last %+v", len(inv.Tunnels), len(inv.Spokes), last)
	}
}

// TestManyMistakes: each of a large fleet's tunnels has two, one of them a
// misspelt spoke; all are reported, in time.
func TestManyMistakes(t *testing.T) {
	const n = 5_000
	src := strings.ReplaceAll(string(generate(n, "intervall = 1\n")), "\nspoke = \"spoke", "\nspoke = \"spike")
	_, err := Parse("f", []byte(src))
	errs, ok := err.(Errors)
	if !ok || len(errs) != 2*n {
		t.Fatalf("%d errors: %.300v", len(errs), err)
	}
	if errs[0].Hint != `did you mean "spoke-0"?` || errs[2*n-1].Message != `unknown key "intervall"` {
		t.Errorf("first %v, last %v", errs[0], errs[2*n-1])
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			src := generate(n, "")
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				if _, err := Parse("f", src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMistakes(b *testing.B) {
	src := generate(10_000, "intervall = 1\nspoke_ = \"x\"\n")
	b.ReportAllocs()
	for b.Loop() {
		if errs, _ := func() (Errors, bool) { _, err := Parse("f", src); e, ok := err.(Errors); return e, ok }(); len(errs) != 20_000 {
			b.Fatal(len(errs))
		}
	}
}
