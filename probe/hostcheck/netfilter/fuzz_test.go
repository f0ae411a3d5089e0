package netfilter

import "testing"

// probes are the packets that the fuzzed rules meet.
var probes = []Packet{
	gre("198.51.100.7", "192.0.2.1", Established), by("", gre("", "", "")), outward(gre("192.0.2.1", "198.51.100.7", New)),
	icmp(Unreachable, PortUnreachable, Related), outward(icmp(Echo, 0, New)),
}

// Whatever is read, packets have an outcome, and what is blamed has words.
func meet(t *testing.T, r *Ruleset) {
	for _, p := range probes {
		o := r.Send(&p)
		if o.Sure && o.By == nil {
			t.Error("surely dropped, by nothing")
		}
		if o.By != nil && (o.By.String() == "" || o.By.Accept(&p) == "") {
			t.Error("dropped without words")
		}
	}
}

func FuzzParseNft(f *testing.F) {
	for _, name := range []string{"native", "iptables-nft"} {
		f.Add([]byte(read(f, name+".json")), read(f, name+".txt"))
	}
	f.Add([]byte(`{"nftables":[{"chain":{"family":"ip","table":"t","name":"c","hook":"input","policy":"drop","dev":[1,{}]}},
		{"rule":{"family":"ip","table":"t","chain":"c","expr":[{"vmap":{"key":{},"data":{"set":[["a",{"jump":{"target":"c"}}],[1]]}}}]}}]}`), "# handle 1")
	f.Fuzz(func(t *testing.T, document []byte, listing string) {
		if r, err := ParseNft(document, listing); err == nil {
			meet(t, r)
		}
	})
}

func FuzzParseIptables(f *testing.F) {
	f.Add(read(f, "iptables.rules"))
	f.Add("*filter\n:INPUT DROP [0:0]\n-A INPUT ! \"\\\n-A INPUT -p\n-A INPUT --icmp-type /\n-A INPUT -g INPUT\n")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseIptables(text); err == nil {
			meet(t, r)
		}
	})
}
