// Package tui shows a fleet on a terminal.
//
// It pulls: twice a second, and faster while keys are pressed, a command takes a
// snapshot of the [Source] and hands it to the model. Nothing is ever pushed to
// it, so a terminal that is slow, stopped or gone delays nobody.
//
// The model holds a board (the snapshot on the screen, and what the viewer knows
// beside it: filter, order, mutes, what has been seen) and views, which draw the
// board into a canvas. One table of bindings dispatches keys and commands, and
// is the help.
package tui
