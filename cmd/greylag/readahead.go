package main

import (
	"context"
	"io"
)

// readAhead reads a stream in a goroutine, so that an end from outside does not
// wait for input that may never come, and so that who waits for input is known:
// idle is called before.
type readAhead struct {
	ctx  context.Context
	idle func()

	full, empty chan piece
	now         piece
	left        []byte // of now
}

// piece is what one Read of the stream gave.
type piece struct {
	memory []byte
	n      int
	err    error
}

const pieceSize = 64 << 10

func newReadAhead(ctx context.Context, r io.Reader, idle func()) *readAhead {
	a := &readAhead{ctx: ctx, idle: idle, full: make(chan piece, 2), empty: make(chan piece, 2)}
	for range cap(a.empty) {
		a.empty <- piece{memory: make([]byte, pieceSize)}
	}
	go a.fill(r)
	return a
}

// fill ends with the stream, or when nobody takes its pieces any more.
func (a *readAhead) fill(r io.Reader) {
	for {
		select {
		case <-a.ctx.Done():
			return
		case p := <-a.empty:
			p.n, p.err = r.Read(p.memory)
			a.full <- p // there is room
			if p.err != nil {
				return
			}
		}
	}
}

// Read implements [io.Reader]. After the end of the context the stream ends.
func (a *readAhead) Read(b []byte) (int, error) {
	for len(a.left) == 0 {
		if a.now.err != nil {
			return 0, a.now.err
		}
		if !a.next() {
			return 0, io.EOF
		}
	}
	n := copy(b, a.left)
	a.left = a.left[n:]
	return n, nil
}

// next takes the next piece and gives the last one back.
func (a *readAhead) next() bool {
	if a.now.memory != nil {
		a.empty <- a.now // there is room
		a.now = piece{}
	}
	select {
	case a.now = <-a.full:
	default:
		a.idle()
		select {
		case a.now = <-a.full:
		case <-a.ctx.Done():
			return false
		}
	}
	a.left = a.now.memory[:a.now.n]
	return true
}
