package main

import "time"

// incidentPause is the shortest time between records of the same incident. While
// 500 tunnels go down one by one, each record would name all those before it.
const incidentPause = time.Second

// diary is what was written of the incidents.
type diary struct {
	told  uint64           // version of the newest change written
	wrote time.Time        // when anything was written last
	due   <-chan time.Time // when to write what changed meanwhile; nil: nothing did
}

// incidents writes those that changed, or sees to it that they are written when
// the pause is over.
func (j *journalist) incidents() error {
	d := &j.diary
	if pause := incidentPause - time.Since(d.wrote); pause > 0 {
		if d.due == nil {
			d.due = time.After(pause)
		}
		return nil
	}
	return j.incidentsNow()
}

// incidentsNow writes the incidents that changed.
func (j *journalist) incidentsNow() error {
	d := &j.diary
	d.due = nil
	changed, latest := j.station.store.IncidentsSince(d.told)
	d.told = latest
	for i := range changed {
		d.wrote = time.Now()
		if err := j.out.Incident(&changed[i]); err != nil {
			return err
		}
	}
	return nil
}
