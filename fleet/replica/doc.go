// Package replica is a fleet as another greylag tells of it: a [Replica] takes
// the records of a stream (package stream) and answers what a [fleet.Store]
// answers, so that a viewer need not know whether the fleet is probed here, on
// another host, or was recorded last week.
//
// [Open] finds out what feeds it: standard input, a pipe or a unix socket is
// [Live]; a file is a recording, which a [Player] plays by its own times, at any
// speed, back and forth.
//
// Whatever a stream holds, memory is bounded and nothing panics: it may come from
// anyone. See the limits in limits.go.
package replica
