package ios

import (
	"cmp"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// site is a router, or an address whose router is not known.
type site struct {
	dev  *device
	addr netip.Addr
}

func (s site) name() string {
	if s.dev != nil {
		return s.dev.name
	}
	return s.addr.String()
}

// sites knows whose addresses are whose, and with how many others a site has tunnels.
type sites struct {
	owners map[netip.Addr]*device
	degree map[site]int
}

func newSites(devices []*device, ends []*endpoint) *sites {
	s := &sites{make(map[netip.Addr]*device, len(ends)), make(map[site]int, len(ends))}
	for _, d := range devices {
		for _, i := range d.inOrder() {
			s.own(i.addresses.primary, d)
			for _, p := range i.addresses.secondary {
				s.own(p, d)
			}
		}
	}
	for _, e := range ends {
		s.owners[e.source] = e.dev
	}
	s.count(ends)
	return s
}

// own notes the owner of an address; the first of several stays.
func (s *sites) own(p netip.Prefix, d *device) {
	if _, taken := s.owners[p.Addr()]; p.IsValid() && !taken {
		s.owners[p.Addr()] = d
	}
}

func (s *sites) count(ends []*endpoint) {
	type link struct{ a, b site }
	seen := make(map[link]bool, 2*len(ends))
	for _, e := range ends {
		if e.multipoint {
			continue
		}
		near, far := site{dev: e.dev}, s.far(e)
		for _, l := range []link{{near, far}, {far, near}} {
			if !seen[l] {
				seen[l] = true
				s.degree[l.a]++
			}
		}
	}
}

// far is the site at the other end of e.
func (s *sites) far(e *endpoint) site {
	if e.peer != nil {
		return site{dev: e.peer.dev}
	}
	return s.at(e.destination)
}

func (s *sites) at(a netip.Addr) site {
	if d := s.owners[a]; d != nil {
		return site{dev: d}
	}
	return site{addr: a}
}

// isHub tells whether near is the hub and far the spoke. The end with tunnels to
// more others is the hub. Where that says little the words of their names do, then
// a router whose tunnels stand in for each other (allBackups) is a spoke, and at
// last so is one of which only a single tunnel is known.
func (s *sites) isHub(near, far site, allBackups bool) bool {
	more := s.degree[near] - s.degree[far]
	if more > 1 || more < -1 {
		if more > 1 && allBackups {
			return false
		}
		return more > 0
	}
	if hint := nameHint(near.name()) - nameHint(far.name()); hint != 0 {
		return hint > 0
	}
	switch {
	case allBackups:
		return false
	case more != 0:
		return more > 0
	case near.dev != nil && far.dev != nil:
		return naturally(near.name(), far.name()) < 0
	}
	return near.dev == nil
}

var (
	hubWords   = []string{"hub", "hq", "core", "dc", "datacenter", "head", "headend", "headquarters", "central", "main"}
	spokeWords = []string{"spoke", "branch", "br", "remote", "site", "store", "shop", "cpe", "ce", "office"}
)

// nameHint is 1 where a word of a host's name says hub, -1 where it says spoke.
func nameHint(name string) int {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return !unicode.IsLetter(c) })
	for _, w := range words {
		if slices.Contains(hubWords, w) {
			return 1
		}
		if slices.Contains(spokeWords, w) {
			return -1
		}
	}
	return 0
}

// nameAll gives every device a name of its own: its hostname, or that of its file.
func nameAll(devices []*device) {
	count := make(map[string]int)
	for _, d := range devices {
		count[d.name]++
	}
	taken := make(map[string]bool)
	for _, d := range devices {
		name := d.name
		if name == "" || count[name] > 1 {
			name = cmp.Or(fileName(d.file), name, "router")
		}
		d.name = unique(name, taken)
	}
}

// fileName is the name of a file without its directory and last extension.
func fileName(path string) string {
	base := filepath.Base(path)
	if base == "-" || base == "." || base == "/" {
		return ""
	}
	return printable(cmp.Or(strings.TrimSuffix(base, filepath.Ext(base)), base))
}

// unique is name, with a number where it is taken, and takes it.
func unique(name string, taken map[string]bool) string {
	result := name
	for n := 2; taken[result]; n++ {
		result = name + "-" + strconv.Itoa(n)
	}
	taken[result] = true
	return result
}

// naturally compares names with the numbers in them as numbers: Tunnel9 < Tunnel10.
func naturally(a, b string) int {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		n, m := digits(a[i:]), digits(b[j:])
		if n > 0 && m > 0 {
			x, y := strings.TrimLeft(a[i:i+n], "0"), strings.TrimLeft(b[j:j+m], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			i, j = i+n, j+m
			continue
		}
		if a[i] != b[j] {
			return cmp.Compare(a[i], b[j])
		}
		i, j = i+1, j+1
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func digits(s string) (n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
