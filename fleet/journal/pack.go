package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"

	"greylag/fleet"
)

// tidy removes what a crash left behind, compresses the rotated files that are not, and
// drops the oldest ones. It works beside the writer, and rests often, so that probing
// does not suffer.
func (d *packer) tidy(ctx context.Context) error {
	full, err := listRotated(d.path)
	if err != nil {
		return err
	}
	drop := max(0, len(full)-d.keep)
	var errs []error
	for i := range full {
		if i < drop {
			errs = append(errs, d.drop(&full[i]))
		} else if full[i].plain {
			errs = append(errs, d.pack(ctx, &full[i]))
		}
	}
	if len(errs) > 0 { // something was done
		errs = append(errs, syncDir(d.path))
	}
	return errors.Join(errs...)
}

// packer looks after the rotated files.
type packer struct {
	path string
	keep int
	step func(string) // as of disk
}

func (d *packer) reach(step string) {
	if d.step != nil {
		d.step(step)
	}
}

// drop removes a rotated file.
func (d *packer) drop(r *rotated) (err error) {
	d.reach("drop")
	name := rotatedName(d.path, r.stamp)
	if r.plain {
		err = os.Remove(name)
	}
	if r.packed {
		err = errors.Join(err, os.Remove(name+packedEnd))
	}
	return err
}

// pack replaces a plain file by a compressed one, if that is not there already.
func (d *packer) pack(ctx context.Context, r *rotated) error {
	name := rotatedName(d.path, r.stamp)
	if !r.packed {
		d.reach("compress")
		if err := d.compress(ctx, name); err != nil {
			return errors.Join(fmt.Errorf("journal %s: not compressed: %w", name, err), removeIfThere(name+unfinishedEnd))
		}
		d.reach("rename compressed")
		if err := os.Rename(name+unfinishedEnd, name+packedEnd); err != nil {
			return err
		}
		d.reach("sync compressed")
		if err := syncDir(name); err != nil {
			return err
		}
	}
	d.reach("remove plain")
	return os.Remove(name)
}

// compress writes the compressed text of a file beside it, and syncs it.
func (d *packer) compress(ctx context.Context, name string) error {
	from, err := os.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(name+unfinishedEnd, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	w, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err == nil {
		_, err = io.Copy(w, &resting{ctx: ctx, r: from})
		err = errors.Join(err, w.Close())
	}
	if err == nil {
		d.reach("sync unfinished")
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

// restAfter is how much is compressed in one go, in bytes.
const restAfter = 128 << 10

// resting is a reader that lets others work.
type resting struct {
	ctx  context.Context
	r    io.Reader
	last time.Time // when a rest ended
}

func (s *resting) Read(b []byte) (int, error) {
	if !s.last.IsZero() {
		pause(s.ctx, fleet.RestFor*time.Since(s.last))
	}
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	s.last = time.Now()
	return s.r.Read(b[:min(len(b), restAfter)])
}

// pause waits that long, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
