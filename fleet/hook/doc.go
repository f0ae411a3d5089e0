// Package hook tells programs and web servers what happens to a fleet ([[hook]] of
// the inventory).
//
// What is told is the stream's own line (package stream): an event of a tunnel or a
// spoke, or an incident. A [fleet.Hook] with min_down is told of what has lasted that
// long, so that a flap does not page; and of its end, if it was told of it. What was
// so from the beginning is told where it is bad: a tunnel that is down, not one that
// comes up first.
//
// Nothing here slows the engine: a [Runner] reads the store as any reader does. Each
// hook has a queue of its own, and works on four of its events at once, those of one
// tunnel in their order. Where it cannot follow, the oldest are dropped; that, and
// what fails, is an event of the service "hook" when it begins and when it is over,
// not for each.
package hook
