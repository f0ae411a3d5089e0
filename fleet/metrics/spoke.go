package metrics

import "greylag/fleet"

// spoke is what a scrape needs of a spoke's report.
type spoke struct {
	labels span // of its labels in the snapshot
	fleet.SpokeReport
}

var paths = []fleet.Path{fleet.PathPending, fleet.PathPrimary, fleet.PathBackup, fleet.PathNone}

// spokeFamilies are the metrics of a spoke.
var spokeFamilies = []family[spoke]{
	{"greylag_spoke_path", gauge,
		"1 for the path that reaches the spoke: primary, backup, none (no tunnel is up), or pending.",
		each("path", paths, func(s *spoke) fleet.Path { return s.Path })},
	{"greylag_spoke_path_since_timestamp_seconds", gauge,
		"When the present path began, in seconds since 1970.", one(func(s *spoke) float64 { return stamp(s.Since) })},
	{"greylag_spoke_protected", gauge,
		"Whether another tunnel of the spoke is up behind the active one.", one(func(s *spoke) float64 { return bit(s.Protected) })},
	{"greylag_spoke_unprotected", gauge,
		"Whether the spoke is reached, has a backup declared, and nothing is up behind the active tunnel.",
		one(func(s *spoke) float64 { return bit(unprotected(s)) })},
	{"greylag_spoke_dead_backups", gauge,
		"Tunnels of the spoke that are down behind the active one, which hides it.",
		one(func(s *spoke) float64 { return float64(len(s.DeadBackups)) })},
	{"greylag_spoke_backup_seconds_total", counter,
		"Time spent on a backup. Absent where no backup is declared.",
		known(func(s *spoke) (float64, bool) { return s.OnBackup.Seconds(), s.Ranked })},
	{"greylag_spoke_unprotected_seconds_total", counter,
		"Time reached with nothing up behind the active tunnel. Absent where no backup is declared.",
		known(func(s *spoke) (float64, bool) { return s.Unprotected.Seconds(), s.Ranked })},
	{"greylag_spoke_black_hole", gauge,
		"Whether the kernel's route for the spoke points into a tunnel that is down (R2). Absent where no route is watched.",
		known(func(s *spoke) (float64, bool) { return bit(s.BlackHole), s.Spoke.Watch.IsValid() })},
}

func unprotected(s *spoke) bool { return s.Active != "" && s.Ranked && !s.Protected }
