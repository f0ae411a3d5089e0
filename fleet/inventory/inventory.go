// Package inventory reads a fleet from TOML, strictly: an unknown key, a wrong
// type and a value out of range are errors, all of them are reported, each with
// line, column and what would be right.
//
// The TOML library judges the syntax and yields the values, but not where they
// stand. A small scanner of our own yields only that ([scan]); a schema, one row
// a key, is walked over both. So the way of a file is:
//
//	text → scan + library → tables of values with places → schema → checks → fleet.Inventory
//
// Those tables take some twenty times the memory of the text. Therefore a file without
// mistakes goes this way a portion at a time ([readPortions]); only one that is
// wrong, or of an unusual form, goes as a whole ([readWhole]).
package inventory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"greylag/fleet"
)

// maxBytes bounds what [Load] reads: a fleet of 100,000 tunnels takes a tenth.
const maxBytes = 256 << 20

// Parse reads the inventory src; file is its name in errors. Where the content
// is wrong the error is [Errors], with every mistake of the file, and the
// inventory nil.
func Parse(file string, src []byte) (*fleet.Inventory, error) {
	return parseText(file, string(src), nil)
}

// parseText also says where what it read stands, unless places is nil.
func parseText(file, text string, places *Places) (*fleet.Inventory, error) {
	text = strings.TrimPrefix(text, byteOrderMark)
	if inv := readPortions(text, places); inv != nil {
		return inv, nil
	}
	return readWhole(file, text, places)
}

// readWhole reads what may have any form, and any number of mistakes.
func readWhole(file, text string, places *Places) (*fleet.Inventory, error) {
	r, doc := read(file, text)
	r.keep(places)
	if doc != nil {
		r.inventory(*doc)
	}
	if errs := r.errors(); len(errs) > 0 {
		return nil, errs
	}
	out := r.out // a copy: a pointer into r would keep all of r
	return &out, nil
}

// Load reads the inventory in the file path. The error is [Errors] where the
// content is wrong, and otherwise wraps that of the file system and says what
// to do about it.
func Load(path string) (*fleet.Inventory, error) { return load(path, nil) }

// LoadPlaced is Load, and tells where in the file what it read stands.
func LoadPlaced(path string) (*fleet.Inventory, *Places, error) {
	places := new(Places)
	inv, err := load(path, places)
	return inv, places, err
}

func load(path string, places *Places) (*fleet.Inventory, error) {
	text, err := readFile(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%s)", path, cause(err), remedy(err))
	}
	return parseText(path, text, places)
}

// errTooLarge is of what cannot be an inventory, such as /dev/zero.
var errTooLarge = errors.New("too large")

func readFile(path string, most int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var text strings.Builder
	if info, err := f.Stat(); err == nil {
		text.Grow(int(min(info.Size(), most))) // one piece of memory, and no copies
	}
	n, err := io.Copy(&text, io.LimitReader(f, most+1))
	if err == nil && n > most {
		err = errTooLarge
	}
	return text.String(), err
}

// cause is err without the operation and path that a PathError repeats.
func cause(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "start from config.toml.example, or name another file with --config"
	case errors.Is(err, fs.ErrPermission):
		return "run as a user who may read it, or change its mode"
	case errors.Is(err, syscall.EISDIR):
		return "name the file, such as config.toml in it"
	}
	return "an inventory is a TOML file, see config.toml.example"
}
