package metrics

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// metricName is how a metric of greylag's, or of its process, is named.
var metricName = regexp.MustCompile(`\b(greylag|process|go)_[a-z0-9_]+`)

// described are the names that a scrape of a fleet with everything describes, those of
// a summary's and a histogram's parts included.
func described(t *testing.T) map[string]bool {
	names := make(map[string]bool)
	for _, f := range tunnelFamilies {
		names[f.name] = true
	}
	for _, f := range spokeFamilies {
		names[f.name] = true
	}
	for l := range strings.Lines(scraped(t, mixed())) {
		if name, is := strings.CutPrefix(l, "# TYPE "); is {
			name, _, _ = strings.Cut(name, " ")
			names[name] = true
		} else if !strings.HasPrefix(l, "#") {
			names[l[:strings.IndexAny(l, "{ ")]] = true
		}
	}
	return names
}

// TestShippedNames: what the alert rules, their test and the dashboard ask for exists.
func TestShippedNames(t *testing.T) {
	known := described(t)
	for file, least := range map[string]int{"alerts.yml": 10, "testdata/alerts_test.yml": 10, "dashboard.json": 20} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		used := make(map[string]bool)
		for _, name := range metricName.FindAllString(string(text), -1) {
			used[name] = true
			if !known[name] {
				t.Errorf("%s asks for %s, which there is not", file, name)
			}
		}
		if len(used) < least {
			t.Errorf("%s asks for %d metrics only", file, len(used))
		}
	}
}

// dashboard is what is checked of one of Grafana's.
type dashboard struct {
	UID, Title string
	Templating struct{ List []struct{ Name string } }
	Panels     []struct {
		ID      int
		Type    string
		Title   string
		GridPos struct{ X, Y, W, H int }
		Targets []struct{ Expr string }
	}
}

// TestDashboard: it parses, its panels are told apart and do not lie on each other,
// and each of its variables is one.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	variables := map[string]bool{"__rate_interval": true, "__range": true, "__all": true}
	for _, v := range d.Templating.List {
		variables[v.Name] = true
	}
	for _, m := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(string(text), -1) {
		if !variables[m[1]] {
			t.Errorf("$%s is no variable", m[1])
		}
	}
	taken := make(map[[2]int]string)
	ids := make(map[int]bool)
	for _, p := range d.Panels {
		if ids[p.ID] || p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%s: id %d again, or nothing asked", p.Title, p.ID)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != "" || at[0] >= 24 {
					t.Fatalf("%s lies on %s at %v", p.Title, taken[at], at)
				}
				taken[at] = p.Title
			}
		}
	}
	if d.UID == "" || len(d.Panels) < 20 {
		t.Errorf("uid %q, %d panels", d.UID, len(d.Panels))
	}
}

// TestPromtool: Prometheus' own tool finds nothing wrong with a scrape and the rules,
// each alert fires when its test says, and the dashboard's queries are queries.
func TestPromtool(t *testing.T) {
	if _, err := exec.LookPath("promtool"); err != nil {
		t.Skipf("%v: Debian's package prometheus has it", err)
	}
	promtool(t, scraped(t, mixed()), "check", "metrics")
	promtool(t, "", "check", "rules", "alerts.yml")
	promtool(t, "", "test", "rules", "testdata/alerts_test.yml")

	rules := t.TempDir() + "/dashboard.yml"
	if err := os.WriteFile(rules, []byte(asRules(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", rules)
}

func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	cmd := exec.Command("promtool", args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// asRules writes each of the dashboard's queries as a rule: promtool 2.42 checks no
// others.
func asRules(t *testing.T) string {
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	groups := []map[string]any{}
	for _, p := range d.Panels {
		for i, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(q.Expr)
			groups = append(groups, map[string]any{
				"name": p.Title + string(rune('A'+i)), "rules": []map[string]string{{"record": "x:y", "expr": expr}},
			})
		}
	}
	out, err := json.Marshal(map[string]any{"groups": groups}) // JSON is YAML
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
