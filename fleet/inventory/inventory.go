// Package inventory reads a fleet from TOML, strictly: an unknown key, a wrong
// type and a value out of range are errors, all of them are reported, each with
// line, column and what would be right.
//
// The TOML library judges the syntax and yields the values, but not where they
// stand. A small scanner of our own yields only that ([scan]); a schema, one row
// a key, is walked over both. So the way of a file is:
//
//	text → scan + library → tables of values with places → schema → checks → fleet.Inventory
package inventory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"greylag/fleet"
)

// maxBytes bounds what [Load] reads: a fleet of 100,000 tunnels takes a tenth.
const maxBytes = 256 << 20

// Parse reads the inventory src; file is its name in errors. Where the content
// is wrong the error is [Errors], with every mistake of the file, and the
// inventory nil.
func Parse(file string, src []byte) (*fleet.Inventory, error) {
	r, doc := read(file, string(src))
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
func Load(path string) (*fleet.Inventory, error) {
	src, err := readFile(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w (%s)", path, cause(err), remedy(err))
	}
	return Parse(path, src)
}

// errTooLarge is of what cannot be an inventory, such as /dev/zero.
var errTooLarge = errors.New("too large")

func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(src)) > most {
		err = errTooLarge
	}
	return src, err
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
