package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// stampLayout is how a rotated file's name tells when it was rotated, in UTC: names
// sort as times do.
const stampLayout = "20060102T150405.000Z"

const (
	// packedEnd ends the name of a compressed file.
	packedEnd = ".zst"
	// unfinishedEnd ends that of one which is being compressed.
	unfinishedEnd = packedEnd + ".tmp"
)

// rotated is one file of a journal that is full.
type rotated struct {
	stamp  time.Time // when it was rotated
	plain  bool      // it is there as it was written
	packed bool      // it is there compressed; with plain too: the plain one is to be removed
}

// Files lists the files of the journal whose current file is path: the rotated ones
// in the order in which they were written, then the current one. Every record of
// the journal is in exactly one of them, also where a crash left a file behind both
// plain and compressed. It returns an error that is [fs.ErrNotExist] where there
// are none.
//
// A greylag that writes the journal meanwhile may rotate: a file that [Open] does
// not find then was dropped by retention, and the current one may be a newer file
// than it was.
func Files(path string) ([]string, error) {
	path, err := resolve(path)
	if err != nil {
		return nil, err
	}
	full, err := listRotated(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range full {
		names = append(names, r.name(path))
	}
	if _, err = os.Stat(path); err == nil {
		return append(names, path), nil
	}
	if len(names) > 0 && errors.Is(err, fs.ErrNotExist) {
		return names, nil // a crash between two files
	}
	return nil, fmt.Errorf("journal: %w", err)
}

// name is the file to read of a rotated one.
func (r *rotated) name(path string) string {
	if r.packed {
		return rotatedName(path, r.stamp) + packedEnd
	}
	return rotatedName(path, r.stamp)
}

func rotatedName(path string, stamp time.Time) string {
	return path + "." + stamp.Format(stampLayout)
}

// listRotated lists the rotated files, oldest first.
func listRotated(path string) ([]rotated, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var list []rotated
	for _, e := range entries { // sorted by name: the plain one of two comes first
		stamp, packed, is := parseRotated(e.Name(), filepath.Base(path))
		if !is || !e.Type().IsRegular() {
			continue
		}
		if n := len(list); n > 0 && list[n-1].stamp.Equal(stamp) {
			list[n-1].packed = true
			continue
		}
		list = append(list, rotated{stamp: stamp, plain: !packed, packed: packed})
	}
	slices.SortStableFunc(list, func(a, b rotated) int { return a.stamp.Compare(b.stamp) })
	return list, nil
}

// parseRotated reads what rotatedName has written.
func parseRotated(name, base string) (stamp time.Time, packed, is bool) {
	rest, is := strings.CutPrefix(name, base+".")
	if !is {
		return time.Time{}, false, false
	}
	rest, packed = strings.CutSuffix(rest, packedEnd)
	stamp, err := time.Parse(stampLayout, rest)
	return stamp, packed, err == nil && len(rest) == len(stampLayout)
}

// resolve follows symbolic links, so that renaming renames the file itself. What
// does not exist stays as it is.
func resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	switch {
	case err == nil:
		return real, nil
	case errors.Is(err, fs.ErrNotExist):
		return path, nil
	}
	return "", fmt.Errorf("journal: %w", err)
}
