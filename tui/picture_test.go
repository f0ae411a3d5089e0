package tui

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"greylag/tui/text"
)

// shot is a screen of which there is a picture.
type shot struct {
	name, title   string
	width, height int
	open          func(width, height int) *model
	keys          []string // that lead there
	shows         []string // what it is for, each on a line that reads so
}

// shots are the README's pictures.
var shots = []shot{
	{"table", "The table: a tunnel a line, problems first", 120, 30, openNight, nil, []string{
		"✗ down fra1-seoul", "black-hole", "prohibited", "no-gre", "silent",
	}},
	{"grid", "The grid: a spoke a line, a column for each hub", 120, 19, openNight, []string{"2"}, []string{
		"lima ∅", "seoul ↷",
	}},
	{"spokes", "The spokes: which path carries the traffic, and what would take over", 120, 30, openNight, []string{"3"}, []string{
		"∅ none lima", "↷ backup! seoul iad1-seoul",
	}},
	{"events", "The events: what changed, and what went down together", 120, 30, openNight, []string{"4"}, []string{
		"hub sin1",
	}},
	{"detail", "The detail: why a tunnel is down, and what to do", 120, 40, openNight, []string{"enter"}, []string{
		"why black-hole", "and remove `ip verify unicast`", "counter ▰▰▰",
	}},
	{"map", "The map: 5,000 tunnels on one screen", 160, 41, openDark, []string{"2"}, []string{
		"ams2", "map by hub",
	}},
}

// openNight and openDark are what the pictures show, as it is after two looks:
// rates are known then.
func openNight(width, height int) *model {
	p := worseNight()
	m := open(p, p.scene, width, height, inMany)
	p.pass(2)
	look(m)
	return m
}

func openDark(width, height int) *model {
	s := darkFleet()
	m := openScene(s, width, height, inMany)
	s.run(2)
	look(m)
	return m
}

func inMany(o *Options) { o.Color, o.Background = Color256, BackgroundDark }

// mostBytes is how large a picture may be: it is loaded with the README.
const mostBytes = 60_000

// TestReadmePictures: the README's pictures are what the program shows. This makes them
// anew, after which somebody should look at them:
//
//	go test ./tui -run ReadmePictures -update
func TestReadmePictures(t *testing.T) {
	for _, s := range shots {
		t.Run(s.name, func(t *testing.T) {
			m := s.open(s.width, s.height)
			press(m, s.keys...)
			wellFormed(t, m)
			for _, what := range s.shows {
				if !shown(m, what) {
					t.Errorf("no line shows %q:\n%s", what, screenOf(m))
				}
			}
			picture, err := pictureOf("greylag. "+s.title, m.View().Content)
			if err != nil {
				t.Fatal(err)
			}
			if len(picture) > mostBytes {
				t.Errorf("%d bytes, want at most %d", len(picture), mostBytes)
			}
			if diff := cmp.Diff(unstyled(m.View().Content), textIn(t, picture)); diff != "" {
				t.Errorf("text (-screen +picture):\n%s", diff)
			}
			compare(t, "pictures/"+s.name+".svg", picture)
		})
	}
}

// shown tells whether a line of the screen has those words behind each other.
func shown(m *model, words string) bool {
	for line := range strings.SplitSeq(screenOf(m), "\n") {
		if strings.Contains(strings.Join(strings.Fields(line), " "), words) {
			return true
		}
	}
	return false
}

// textIn reads a picture and puts its text back into the cells where it stands,
// without the spaces at the ends of lines.
func textIn(t *testing.T, picture string) string {
	t.Helper()
	var file struct {
		Lines []struct {
			Texts []struct {
				X    int    `xml:"x,attr"`
				Text string `xml:",chardata"`
			} `xml:"text"`
		} `xml:"g>g"`
	}
	if err := xml.Unmarshal([]byte(picture), &file); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range file.Lines {
		line := ""
		for _, s := range l.Texts {
			line = text.UTF8.Fit(line, s.X/cellWidth) + s.Text
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
