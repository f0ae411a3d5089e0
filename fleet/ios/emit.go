package ios

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"greylag/fleet"
)

// emit writes the inventory of views.
func emit(views []*view, files []File, as string) []byte {
	w := &writer{common: commonOf(views)}
	w.Grow(256 * len(views))
	w.head(files, as)
	w.defaults()
	w.hubs(views)
	for _, v := range views {
		w.tunnel(v)
	}
	return w.Bytes()
}

// writer writes TOML.
type writer struct {
	bytes.Buffer
	common common
	ipsec  map[string]fleet.IPsec // of the hubs
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

func (w *writer) comment(format string, args ...any) {
	w.line("# %s", plain(fmt.Sprintf(format, args...)))
}

// set writes a key with its value, and a comment after it where there is one.
func (w *writer) set(key string, value any, comment string) {
	w.WriteString(key)
	w.WriteString(" = ")
	switch v := value.(type) {
	case string:
		w.Write(strconv.AppendQuote(w.AvailableBuffer(), v))
	default:
		fmt.Fprint(w, v)
	}
	if comment != "" {
		w.WriteString("  # ")
		w.WriteString(plain(comment))
	}
	w.WriteByte('\n')
}

// plain is s without what would end a comment.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '?'
		}
		return c
	}, s)
}

func (w *writer) head(files []File, as string) {
	const most = 5
	names := make([]string, 0, len(files))
	for _, f := range files[:min(len(files), most)] {
		names = append(names, f.Name)
	}
	more := ""
	if len(files) > most {
		more = fmt.Sprintf(" and %d files more", len(files)-most)
	}
	w.comment("Imported by greylag from %s%s.", strings.Join(names, ", "), more)
	if as == "" {
		w.comment("Each tunnel as its own router has it; --as HOST or --as ADDRESS imports what one end sees.")
	} else {
		w.comment("The tunnels of %s, as that end sees them.", as)
	}
	w.comment("Then: greylag lint.")
}

// common is what most tunnels say, for [defaults].
type common struct {
	source string
	timers timers
}

// commonOf finds the commonest values. A source has to be that of all.
func commonOf(views []*view) common {
	c := common{timers: builtIn}
	if len(views) < 2 {
		return c
	}
	source := views[0].path.source
	if !slices.ContainsFunc(views, func(v *view) bool { return v.path.source != source }) {
		c.source = source.String()
	}
	count := make(map[timers]int)
	for _, v := range views {
		t := v.timers()
		if count[t]++; count[t] > len(views)/2 {
			c.timers = t
		}
	}
	return c
}

// builtIn are greylag's own, which are the routers' (R8).
var builtIn = timers{seconds: 10, retries: 3}

// timers are those of the near end, or greylag's own where it has none.
func (v *view) timers() timers {
	if v.near == nil || v.near.iface.keepalive.seconds == 0 {
		return builtIn
	}
	t := v.near.iface.keepalive
	t.line = 0
	return t
}

func (w *writer) defaults() {
	w.line("\n[defaults]")
	if w.common.source != "" {
		w.set("source", w.common.source, "")
	}
	w.timers(w.common.timers)
}

func (w *writer) timers(t timers) {
	w.set("interval", strconv.Itoa(t.seconds)+"s", "")
	w.set("retries", t.retries, "")
}

// hubs declares the hubs, each with the protection of this end of most of its
// tunnels.
func (w *writer) hubs(views []*view) {
	counts := make(map[string]map[fleet.IPsec]int)
	known := make(map[string]bool)
	var names []string
	for _, v := range views {
		name := v.hub.name()
		if counts[name] == nil {
			counts[name] = make(map[fleet.IPsec]int)
			names = append(names, name)
		}
		counts[name][v.ipsec()]++
		known[name] = known[name] || v.near != nil
	}
	w.ipsec = make(map[string]fleet.IPsec)
	for _, name := range names {
		w.hub(name, commonest(counts[name]), known[name])
	}
}

func (w *writer) hub(name string, kind fleet.IPsec, known bool) {
	w.ipsec[name] = kind
	w.line("\n[[hub]]")
	w.set("name", name, "")
	comment := "this end of its tunnels"
	if !known {
		comment = "of this end, whose configuration is not here"
	}
	w.set("ipsec", kind.String(), comment)
}

func commonest(counts map[fleet.IPsec]int) fleet.IPsec {
	best := fleet.IPsecNone
	for _, kind := range []fleet.IPsec{fleet.CryptoMap, fleet.TunnelProtected} {
		if counts[kind] > counts[best] {
			best = kind
		}
	}
	return best
}

// ipsec is the protection of the near end, none where that is not known.
func (v *view) ipsec() fleet.IPsec {
	if v.near == nil {
		return fleet.IPsecNone
	}
	return v.near.verdicts.ipsec
}
