package journal

import "bytes"

// spool is the lines that wait for the disk, oldest first.
type spool struct {
	lines []byte
	gone  int // of lines: bytes at the beginning that are written
	most  int // bytes that may wait
}

// add is where the next lines are to be appended.
func (s *spool) add(appended func([]byte) []byte) { s.lines = appended(s.lines) }

func (s *spool) empty() bool { return s.gone == len(s.lines) }
func (s *spool) full() bool  { return len(s.lines)-s.gone >= s.most }

// count is how many lines wait.
func (s *spool) count() int { return bytes.Count(s.lines[s.gone:], []byte{'\n'}) }

// next is the oldest lines, at most that many bytes, but one line at least.
func (s *spool) next(most int) []byte {
	waiting := s.lines[s.gone:]
	if len(waiting) <= most {
		return waiting
	}
	if end := bytes.LastIndexByte(waiting[:most], '\n'); end >= 0 {
		return waiting[:end+1]
	}
	return waiting[:bytes.IndexByte(waiting, '\n')+1]
}

// keptSpool is the largest memory, in bytes, that is kept for the next lines.
const keptSpool = 256 << 10

// written drops that many bytes at the beginning.
func (s *spool) written(n int) {
	s.gone += n
	switch {
	case !s.empty():
		if s.gone > len(s.lines)/2 {
			s.lines, s.gone = append(s.lines[:0], s.lines[s.gone:]...), 0
		}
	case cap(s.lines) > keptSpool:
		s.lines, s.gone = nil, 0
	default:
		s.lines, s.gone = s.lines[:0], 0
	}
}
