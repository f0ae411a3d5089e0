package metrics

import "strconv"

// kind is a family's type in the text format.
type kind string

const (
	gauge   kind = "gauge"
	counter kind = "counter"
	summary kind = "summary"
)

// family is one metric of every tunnel, or of every spoke.
type family[T any] struct {
	name string
	kind kind
	help string
	// samples writes what the row has of it: nothing, if it is not known.
	samples func(w *writer, row *T)
}

// one makes samples of a family with one sample a row.
func one[T any](value func(*T) float64) func(*writer, *T) {
	return func(w *writer, row *T) { w.sample(value(row)) }
}

// known is one of a value that is left out where it is not known.
func known[T any](value func(*T) (float64, bool)) func(*writer, *T) {
	return func(w *writer, row *T) {
		if v, ok := value(row); ok {
			w.sample(v)
		}
	}
}

// each makes a sample of each of words, 1 for the one that holds and 0 for others.
func each[T any, S ~string](label string, words []S, holds func(*T) S) func(*writer, *T) {
	return func(w *writer, row *T) {
		now := holds(row)
		for _, word := range words {
			w.labelled(label, string(word), bit(word == now))
		}
	}
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// writer writes samples in Prometheus' text format, version 0.0.4.
type writer struct {
	buf    []byte
	name   string // of the family
	kind   kind
	help   string
	begun  bool   // its head is written
	labels []byte // of the row, as they are written
}

// begin begins a family. Its head comes with its first sample.
func (w *writer) begin(name string, k kind, help string) {
	w.name, w.kind, w.help, w.begun = name, k, help, false
}

func (w *writer) head() {
	w.begun = true
	for _, s := range [...]string{"# HELP ", w.name, " ", w.help, "\n# TYPE ", w.name, " ", string(w.kind), "\n"} {
		w.buf = append(w.buf, s...)
	}
}

func (w *writer) sample(v float64) {
	w.open("")
	w.close(v)
}

// labelled has one label more than the row.
func (w *writer) labelled(label, value string, v float64) {
	w.open("")
	w.buf = appendLabel(append(w.buf, ','), label, value)
	w.close(v)
}

// suffixed is a sample of a summary beside its quantiles.
func (w *writer) suffixed(suffix string, v float64) {
	w.open(suffix)
	w.close(v)
}

func (w *writer) open(suffix string) {
	if !w.begun {
		w.head()
	}
	w.buf = append(w.buf, w.name...)
	w.buf = append(w.buf, suffix...)
	w.buf = append(w.buf, '{')
	w.buf = append(w.buf, w.labels...)
}

func (w *writer) close(v float64) {
	w.buf = append(w.buf, "} "...)
	w.buf = append(appendValue(w.buf, v), '\n')
}

// appendValue appends v as Go's shortest text. Most are small whole numbers, which are
// quicker by themselves.
func appendValue(b []byte, v float64) []byte {
	if n := int64(v); n >= 0 && n < 1e6 && float64(n) == v {
		return strconv.AppendInt(b, n, 10)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// appendLabel appends name="value".
func appendLabel(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, `="`...)
	return append(appendEscaped(b, value), '"')
}

// appendEscaped escapes backslash, quote and newline, as the format asks.
func appendEscaped(b []byte, value string) []byte {
	for i := range len(value) {
		switch c := value[i]; c {
		case '\\', '"':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, c)
		}
	}
	return b
}
