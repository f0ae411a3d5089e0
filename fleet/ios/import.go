package ios

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// File is one file to import: configurations of one router or several.
type File struct {
	Name    string
	Content []byte
}

// sameAs tells a file that is there twice, as one of two globs may give it.
func (f File) sameAs(other File) bool {
	return len(f.Content) > 0 && bytes.Equal(f.Content, other.Content)
}

// Note is what is to be said of a line: why a tunnel was left out, or what of an
// imported one could not be told.
type Note struct {
	File string
	Line int // from 1
	Text string
}

// String is FILE:LINE: text.
func (n Note) String() string { return fmt.Sprintf("%s:%d: %s", n.File, n.Line, n.Text) }

// Result is what an import made.
type Result struct {
	TOML    []byte // the inventory; nil where Tunnels is 0
	Tunnels int    // in the inventory
	LeftOut int    // tunnel interfaces that are not
	Notes   []Note // in the order of files and lines
}

// Import makes an inventory of the point-to-point IPv4 GRE tunnels in files. With
// as, the name of a host or an address, it is what that end sees; without, what
// each router sees of its own tunnels. The error is a [*NoSuchEnd].
func Import(files []File, as string) (*Result, error) {
	var devices []*device
	res := new(Result)
	for n, f := range files {
		if first := slices.IndexFunc(files[:n], f.sameAs); first >= 0 {
			res.Notes = append(res.Notes, Note{f.Name, 1, "the same as " + files[first].Name + ": read once"})
			continue
		}
		ds, notes := read(f.Name, f.Content)
		devices, res.Notes = append(devices, ds...), append(res.Notes, notes...)
	}
	nameAll(devices)
	ends := resolveAll(devices, res)
	pairAll(ends)
	protectAll(ends, res)
	views, err := viewsOf(ends, devices, as, res)
	if err != nil {
		return nil, err
	}
	if res.Tunnels = len(views); res.Tunnels > 0 {
		res.TOML = emit(views, files, as)
	}
	order := make(map[string]int, len(files))
	for i, f := range files {
		order[f.Name] = i
	}
	slices.SortStableFunc(res.Notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return res, nil
}

// quoted is s in quotation marks, harmless on a terminal and not too long.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}
