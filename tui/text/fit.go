package text

// Fit returns s in exactly w cells: padded with spaces on the right, or cut
// with an ellipsis. Nothing where w < 1.
func (c Charset) Fit(s string, w int) string { return string(c.AppendFit(nil, s, w)) }

// FitRight is [Charset.Fit] with the padding on the left.
func (c Charset) FitRight(s string, w int) string { return string(c.AppendFitRight(nil, s, w)) }

// FitMiddle is [Charset.Fit], but cuts in the middle: of a name, head and tail
// tell most.
func (c Charset) FitMiddle(s string, w int) string { return string(c.AppendFitMiddle(nil, s, w)) }

// Head returns the beginning of s, at most w cells: it is not padded, and nothing
// says that something was cut.
func (c Charset) Head(s string, w int) string {
	head, _, _ := c.appendHead(nil, s, w)
	return string(head)
}

// AppendFit appends what [Charset.Fit] returns.
func (c Charset) AppendFit(b []byte, s string, w int) []byte {
	if w < 1 {
		return b
	}
	cut, cutCells := len(b), 0 // the longest beginning that leaves a cell free
	cells := 0
	for s != "" {
		piece, width, size := c.next(s)
		if cells+width > w {
			b = append(b[:cut], c.Ellipsis()...)
			return AppendSpaces(b, w-cutCells-1)
		}
		b = append(b, piece...)
		s = s[size:]
		if cells += width; cells < w {
			cut, cutCells = len(b), cells
		}
	}
	return AppendSpaces(b, w-cells)
}

// AppendFitRight appends what [Charset.FitRight] returns.
func (c Charset) AppendFitRight(b []byte, s string, w int) []byte {
	cells := c.Width(s)
	if cells > w {
		return c.AppendFit(b, s, w)
	}
	return c.appendClean(AppendSpaces(b, w-cells), s)
}

// AppendFitMiddle appends what [Charset.FitMiddle] returns.
func (c Charset) AppendFitMiddle(b []byte, s string, w int) []byte {
	cells := c.Width(s)
	if cells <= w || w < 1 {
		return c.AppendFit(b, s, w)
	}
	b, used, _ := c.appendHead(b, s, w/2)
	b = append(b, c.Ellipsis()...)
	tail, left := c.tail(s, cells, w-1-w/2)
	return AppendSpaces(c.appendClean(b, tail), w-used-1-left)
}

// appendHead appends the beginning of s, at most w cells, and returns how many
// it took and what is left of s.
func (c Charset) appendHead(b []byte, s string, w int) (head []byte, cells int, rest string) {
	for s != "" {
		piece, width, size := c.next(s)
		if cells+width > w {
			break
		}
		b, cells, s = append(b, piece...), cells+width, s[size:]
	}
	return b, cells, s
}

// tail is the end of s, which takes that many cells, that takes at most w.
func (c Charset) tail(s string, cells, w int) (string, int) {
	for s != "" && cells > w {
		_, width, size := c.next(s)
		cells, s = cells-width, s[size:]
	}
	return s, cells
}

const spaces = "                                                                "

// AppendSpaces appends n spaces; none where n < 1.
func AppendSpaces(b []byte, n int) []byte {
	for n > len(spaces) {
		b, n = append(b, spaces...), n-len(spaces)
	}
	return append(b, spaces[:max(n, 0)]...)
}
