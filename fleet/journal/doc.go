// Package journal keeps what happens to a fleet on disk, as the records of package
// stream: every event, a full report now and then, and the moments in between until
// which greylag was running. A greylag that starts with a journal goes on from what it
// says: see [fleet.Store.Continue].
//
// # The files
//
// The current file is plain NDJSON. One that is full is renamed to its name with the
// moment of that, such as FILE.20261128T153000.000Z, and then compressed (FILE.….zst).
// [Files] lists them in their order, [Open] opens each. Beside them stands FILE.lock,
// which keeps a second greylag away. Every file begins with hello and, as soon as there
// is room, a full report, so that the oldest ones can be dropped, and so that a start
// reads no more than the newest whole report and what follows it.
//
// # What a reader can rely on
//
// Each line stands where it happened: a tunnel's or spoke's record, of a report too, is
// what the events before it have made of it, and the events after it change it. So the
// order of the lines is the order of things, whatever the clock did.
//
// A start is hello and, next, an event of the service "journal": from "none" (a new
// journal), "closed" (the greylag before ended in order) or "cut" (it did not), to
// "writing". A hello without that event begins a new file, or a report that had to be
// begun again, and nothing happened to the fleet.
//
// How long greylag ran is known to a minute: it writes a summary each minute, and ends
// in order with one and the event from "writing" to "closed". From the last record
// before a start to the first state of a tunnel after it nothing was observed: that
// time is neither up nor down. A tunnel that is pending then has in its record what it
// was ("was", "was_since"), and the event that ends pending has "since" where that
// state goes on.
//
// # Writing
//
// Events that come together are written together, and fsync ends each such batch:
// nothing of it counts as written before that. A line that a crash cut off is removed
// at the next start, which says so. kill -9 loses nothing that was written, synced or
// not; a power cut may lose what was not synced.
//
// Nobody waits for the disk. On one that is full the journal keeps what happens in
// memory (16 MiB of lines, and what the store keeps besides: 65,536 events) and tries
// again each second. That is an event, and so is the end of it, with what was lost, if
// anything was; a full report then says how things are. A report that had no room is
// taken out again, so that it takes none from events.
package journal
