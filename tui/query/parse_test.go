package query

import (
	"errors"
	"strings"
	"testing"
)

// TestErrors: what is wrong, where, and what would be right; what is only half
// typed is marked, and either way the rest of the filter is used.
func TestErrors(t *testing.T) {
	const fieldHint = "there are state, path, reason, name, hub, spoke, tag, rank, rtt, p99, jitter, loss, availability, counter, flaps, since, " +
		"source, destination, probe, incident, muted, disagree, seen, new"
	for _, c := range []struct {
		input, want string
		half        bool
	}{
		{"staet:down", "1: no field staet (did you mean state?)", false},
		{"seo hubb:x", "5: no field hubb (did you mean hub?)", false},
		{"서울 -rt>1ms", "4: no field rt (did you mean rtt?)", false},
		{"color:red", "1: no field color (" + fieldHint + ")", false},
		{"state:dwn", "1: no state dwn (did you mean down?)", false},
		{"state:gone x", "1: no state gone (there are pending, up, degraded, down, disabled)", false},
		{"path:bakcup", "1: no path bakcup (did you mean backup?)", false},
		{"muted:maybe", "1: no muted maybe (there are yes, no)", false},
		{"hub>fra1", "1: hub has no greater and less (write hub:fra1)", false},
		{"source<=192.0.2.1", "1: source has no greater and less (write source:192.0.2.0/24)", false},
		{"rtt>fast", `1: "fast" is no duration (write rtt>100ms)`, false},
		{"rtt>100 seo", `1: "100" is no duration (write rtt>100ms)`, false},
		{"rtt>1.2.3ms", `1: "1.2.3ms" is no duration (write rtt>100ms)`, false},
		{"rtt>100km", `1: "100km" is no duration (write rtt>100ms)`, false},
		{"rtt>-1ms", `1: "-1ms" is no duration (write rtt>100ms)`, false},
		{"loss>0.01 seo", `1: "0.01" is no percentage (write loss>1%)`, false},
		{"loss>1%%", `1: "1%%" is no percentage (write loss>1%)`, false},
		{"rank:two", `1: "two" is no number (write rank:2)`, false},
		{"rank:1x", `1: "1x" is no number (write rank:2)`, false},
		{"incident:maybe", `1: "maybe" is no number (write incident:yes)`, false},
		{"incident:" + strings.Repeat("9", 400), `1: "` + strings.Repeat("9", 400) + `" is no number (write incident:yes)`, false},
		{"source:fra1", "1: fra1 is no address (write source:192.0.2.0/24)", false},
		{"source:192.0.2.0/99", "1: 192.0.2.0/99 is no address (write source:192.0.2.0/24)", false},
		{`source:""`, "1:  is no address (write source:192.0.2.0/24)", false},
		{"rank:0x", `1: "0x" is no number (write rank:2)`, false},
		{`rank:""`, `1: "" is no number (write rank:2)`, false},

		// Half typed.
		{"state:", "1: state has no value (write state:down,degraded)", true},
		{"hub: seo", "1: hub has no value (write hub:fra1)", true},
		{"seo rtt>", "5: rtt has no value (write rtt>100ms)", true},
		{"rtt>100", `1: "100" is no duration (write rtt>100ms)`, true},
		{"since<1h30", `1: "1h30" is no duration (write since>10m)`, true},
		{"rtt>1.", `1: "1." is no duration (write rtt>100ms)`, true},
		{"rtt>1n", `1: "1n" is no duration (write rtt>100ms)`, true},
		{"rtt>1µ", `1: "1µ" is no duration (write rtt>100ms)`, true},
		{"loss>1", `1: "1" is no percentage (write loss>1%)`, true},
		{"incident:y", `1: "y" is no number (write incident:yes)`, true},
		{"source:192.0.2.0/", "1: 192.0.2.0/ is no address (write source:192.0.2.0/24)", true},
		{"-", "1: nothing to look for (write a word or FIELD:VALUE)", true},
		{`""`, "1: nothing to look for (write a word or FIELD:VALUE)", true},

		// The worst is told first.
		{"rtt> staet:down", "6: no field staet (did you mean state?)", false},
	} {
		_, err := Parse(c.input)
		var e *Error
		if !errors.As(err, &e) || e.Error() != c.want || e.HalfTyped != c.half {
			t.Errorf("%q: %v, want %s", c.input, err, c.want)
		}
	}
}

func TestErrorPosition(t *testing.T) {
	_, err := Parse("서울  -staet:down,up seo")
	var e *Error
	if !errors.As(err, &e) || e.Start != 8 || e.End != 22 || e.Column != 5 {
		t.Errorf("%+v", e)
	}
}

// TestUsable: terms that are wrong or half typed are left out, the others count.
func TestUsable(t *testing.T) {
	for _, input := range []string{"seo state:", "seo rtt>1", "seo staet:x", "rtt>x seo", "seo -", "state:dwn seo"} {
		q, err := Parse(input)
		if err == nil || q.Empty() || !q.Match(seoul()) || q.Match(fresh()) {
			t.Errorf("%q: %v, seoul %v, fresh %v", input, err, q.Match(seoul()), q.Match(fresh()))
		}
	}
	q, _ := Parse("state:")
	if !q.Empty() || !q.Match(fresh()) {
		t.Error("state: alone matches not all")
	}
}

// TestEveryBeginning: whoever types a filter that is right sees no error on the
// way that is not marked as half typed.
func TestEveryBeginning(t *testing.T) {
	for _, c := range matches {
		for end := range c.filter {
			_, err := Parse(c.filter[:end])
			var e *Error
			if errors.As(err, &e) && !e.HalfTyped {
				t.Errorf("%q on the way to %q: %v", c.filter[:end], c.filter, err)
			}
		}
	}
}

func TestLex(t *testing.T) {
	for _, c := range []struct {
		input  string
		values int
		first  string
		op     op
	}{
		{`"a b`, 1, "a b", none},                  // a quote that is not closed ends with the input
		{`a"b c"d`, 1, "ab cd", none},             // quotes in a word
		{"fra1-seoul:5", 1, "fra1-seoul:5", none}, // no field has a - in it
		{">5", 1, ">5", none},
		{"a,b", 1, "a,b", none},
		{"hub:a,b", 2, "a", equal},
		{`hub:"a,b",c`, 2, "a,b", equal},
		{"rank:>=5", 1, "5", atLeast},
		{"rank==5", 1, "5", equal},
		{"rank:<5", 1, "5", less},
		{"rank:<=5", 1, "5", atMost},
		{"rank:=5", 1, "5", equal},
		{"\thub:x\n", 1, "x", equal},
	} {
		tokens := lex(c.input)
		if len(tokens) != 1 || len(tokens[0].values) != c.values || tokens[0].values[0].text != c.first || tokens[0].op != c.op {
			t.Errorf("%q: %+v", c.input, tokens)
		}
	}
}

func TestOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true}, {"hub", "hub", true}, {"hbu", "hub", true}, {"hu", "hub", true}, {"hubb", "hub", true}, {"hob", "hub", true},
		{"bhu", "hub", false}, {"h", "hub", false}, {"staet", "state", true}, {"satte", "state", true}, {"aatest", "state", false},
	} {
		if oneSlip(c.a, c.b) != c.want || oneSlip(c.b, c.a) != c.want {
			t.Errorf("%q and %q: not %v", c.a, c.b, c.want)
		}
	}
}

// TestFields: the help's examples are right, and match something.
func TestFields(t *testing.T) {
	if len(Fields()) != len(fields) {
		t.Fatal("fields are missing")
	}
	for _, f := range Fields() {
		if _, err := Parse(f.Example); err != nil || f.Help == "" || !strings.HasPrefix(f.Example, f.Name) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
