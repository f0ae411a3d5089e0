package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"greylag/fleet/history"
)

// eachAvailability calls tell with each row of an availability that is wanted.
func (o *recalling) eachAvailability(r *history.Report, tell func(any) error) error {
	for _, kind := range []struct {
		name string
		rows []history.Availability
	}{
		{"tunnel", r.Tunnels}, {"spoke", r.Spokes}, {"hub", r.Hubs}, {"tag", r.Tags},
		{"", []history.Availability{r.Spoked, r.Fleet}},
	} {
		if !o.wants(kind.name) {
			continue
		}
		for i := range kind.rows {
			if err := tell(rowOfAvailability(&kind.rows[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func eachIncident(r *history.Report, tell func(any) error) error {
	for i := range r.Incidents {
		if err := tell(rowOfIncident(&r.Incidents[i])); err != nil {
			return err
		}
	}
	return nil
}

// historyJSON prints an object a line.
type historyJSON struct {
	lines *bufio.Writer
	out   *json.Encoder // to lines
	o     *recalling
}

func newHistoryJSON(out *bufio.Writer, o *recalling) *historyJSON {
	j := &historyJSON{out, json.NewEncoder(out), o}
	j.out.SetEscapeHTML(false)
	return j
}

func (j *historyJSON) outage(o *history.Outage) error {
	if !j.o.wants("outage") {
		return nil
	}
	_, err := j.lines.Write(appendOutage(j.lines.AvailableBuffer(), rowOfOutage(o)))
	return err
}

func (j *historyJSON) gap(g history.Gap) error {
	if j.o.by != "" {
		return nil
	}
	return j.out.Encode(&gapRow{"gap", stampOf(g.Start), stampOf(g.End), g.End.Sub(g.Start).Milliseconds(), g.Why})
}

func (j *historyJSON) end(r *history.Report) error {
	if j.o.wants("incident") {
		if err := eachIncident(r, j.out.Encode); err != nil {
			return err
		}
	}
	if err := j.o.eachAvailability(r, j.out.Encode); err != nil || j.o.by != "" {
		return err
	}
	return j.out.Encode(rowOfHistory(r))
}

// historyCSV prints one table.
type historyCSV struct {
	out *csv.Writer
	o   *recalling
}

func newHistoryCSV(out *bufio.Writer, o *recalling) *historyCSV {
	c := &historyCSV{csv.NewWriter(out), o}
	switch o.by {
	case "outage":
		c.header(&outageRow{})
	case "incident":
		c.header(&incidentRow{})
	default:
		c.header(&availabilityRow{})
	}
	return c
}

func (c *historyCSV) outage(o *history.Outage) error {
	if c.o.by != "outage" {
		return nil
	}
	return c.row(rowOfOutage(o))
}

func (c *historyCSV) gap(history.Gap) error { return nil }

func (c *historyCSV) end(r *history.Report) error {
	var err error
	if c.o.by == "incident" {
		err = eachIncident(r, c.row)
	} else {
		err = c.o.eachAvailability(r, c.row)
	}
	c.out.Flush()
	if err == nil {
		err = c.out.Error()
	}
	return err
}

// header writes the names of a row's columns, which are those in JSON.
func (c *historyCSV) header(row any) {
	t := reflect.TypeOf(row).Elem()
	var names []string
	for i := 1; i < t.NumField(); i++ { // the type is what was asked for
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	_ = c.out.Write(names) // kept for Error
}

// row writes a row; what is absent in JSON is empty.
func (c *historyCSV) row(row any) error {
	v := reflect.ValueOf(row).Elem()
	var values []string
	for i := 1; i < v.NumField(); i++ {
		absent := v.Field(i).IsZero() && strings.HasSuffix(v.Type().Field(i).Tag.Get("json"), ",omitempty")
		values = append(values, csvText(v.Field(i), absent))
	}
	return c.out.Write(values)
}

func csvText(v reflect.Value, absent bool) string {
	switch {
	case absent:
		return ""
	case v.Kind() == reflect.Pointer:
		return fmt.Sprint(v.Elem())
	case v.Kind() == reflect.Slice:
		return strings.Join(v.Interface().([]string), " ")
	}
	return fmt.Sprint(v)
}
