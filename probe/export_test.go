package probe

// What the tests of package probe_test need, too.

// SteppedBy is steppedBy.
var SteppedBy = steppedBy

// RaceEnabled says whether the race detector slows these tests.
const RaceEnabled = raceEnabled
