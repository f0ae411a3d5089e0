package metrics

import (
	"context"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// format is the one that is spoken: every Prometheus reads it.
var format = expfmt.NewFormat(expfmt.TypeTextPlain)

// flushAt is how much text is gathered before it is written, in bytes.
const flushAt = 32 << 10

// restRows is after how many rows a scrape may rest.
const restRows = 64

// scraper is the memory of one scrape, used by one at a time.
type scraper struct {
	snapshot snapshot
	registry *prometheus.Registry
	writer   writer
	gzip     *gzip.Writer // compress/gzip takes more than twice the time, at its fastest
}

func newScraper(o *Options) *scraper {
	s := new(scraper)
	s.registry = newRegistry(&s.snapshot, o)
	s.gzip, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // that level exists
	return s
}

// scrape writes all metrics of the store to out.
func (s *scraper) scrape(ctx context.Context, o *Options, out io.Writer) error {
	p := newPace(ctx)
	if err := s.snapshot.take(o.Store, p); err != nil {
		return err
	}
	if err := s.once(out); err != nil {
		return err
	}
	if err := write(s, tunnelFamilies, s.snapshot.tunnels, func(t *tunnel) span { return t.labels }, p, out); err != nil {
		return err
	}
	return write(s, spokeFamilies, s.snapshot.spokes, func(s *spoke) span { return s.labels }, p, out)
}

// once writes what there is once.
func (s *scraper) once(out io.Writer) error {
	families, err := s.registry.Gather()
	if err != nil {
		return err
	}
	encoder := expfmt.NewEncoder(out, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// write writes each family, of all rows.
func write[T any](s *scraper, families []family[T], rows []T, labels func(*T) span, p *pace, out io.Writer) error {
	w := &s.writer
	for i := range families {
		f := &families[i]
		w.begin(f.name, f.kind, f.help)
		for j := range rows {
			if j%restRows == 0 {
				if err := s.flush(flushAt, p, out); err != nil {
					return err
				}
			}
			w.labels = s.snapshot.labels(labels(&rows[j]))
			f.samples(w, &rows[j])
		}
	}
	return s.flush(0, p, out)
}

// flush writes the text if there is more of it, and rests.
func (s *scraper) flush(more int, p *pace, out io.Writer) error {
	if len(s.writer.buf) <= more {
		return nil
	}
	_, err := out.Write(s.writer.buf)
	s.writer.buf = s.writer.buf[:0]
	if err != nil {
		return err
	}
	return p.rest()
}
