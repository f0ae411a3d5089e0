// Package history adds up what a journal tells: outages, and for how long each
// tunnel, spoke, hub and tag was up, as [fleet] judges it.
//
// Time counts only while greylag watched. A run of greylag begins with its hello
// record and ends with its last record; between two runs, before the first, after the
// last and where records that come regularly stay out, nothing was observed: that is
// neither up nor down, and is told beside. A hello whose clock goes on is the same run
// in a new file. So for each tunnel and spoke, and for what is summed over them,
//
//	observed = up + down + pending + disabled
//	availability = up / (up + down)
//
// Up has degraded in it. Pending (not known yet) and disabled (administratively down)
// count for nothing. A spoke is up while a path is up, down while none is, and disabled
// while all its tunnels are. A hub, a tag and the fleet are their tunnels together:
// availability is the mean weighted by time, outages are counted and down time is
// added, so two tunnels that are down for a minute are down for two.
//
// An outage goes from down (R10) to up (R11). One that greylag saw before it was
// restarted and sees after it again is one outage with a time in it that was not
// observed; likewise with a tunnel that is pending in between. If it is up when it is
// seen again, nobody saw it end. Disabling or removing a tunnel ends its outage too.
// What begins before the window or ends after it is cut for sums, and keeps its own
// start. Means take whole outages:
//
//	MTTR = mean duration of the outages that end in the window, begin and end seen
//	MTBF = time up / flaps
//
// where a flap is a change from up (or degraded) to down that was seen. What is not
// known, such as an MTTR of nothing, is not told.
//
// A wall clock that goes back makes a time come twice, and both count: observed is
// time that passed. Memory goes with the number of tunnels and spokes, not with the
// length of the journal: outages are told as they end.
package history
