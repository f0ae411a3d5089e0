package inventory

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"greylag/fleet"
)

// takeHooks takes each [[hook]]. They are few: they do not go in portions.
func (r *reader) takeHooks(doc table) {
	names := make(map[string]int) // lines
	for _, t := range r.sections(doc, "hook", "[[hook]]") {
		h := fleet.Hook{Timeout: 10 * time.Second, Line: r.lines.line(r.outline.inText(t.at.value))}
		take(r, t, hookRows, &h)
		r.checkHook(t, &h)
		if h.Name == "" && !t.has("name") {
			h.Name = r.hookName(&h, names)
		}
		if line, taken := names[h.Name]; taken && h.Name != "" {
			r.wrongValue(t.value("name"), "names are unique", "%q is already that of the hook on line %d", h.Name, line)
		}
		names[h.Name] = h.Line
		r.out.Hooks = append(r.out.Hooks, h)
	}
}

// checkHook records what is missing, or contradicts itself.
func (r *reader) checkHook(t table, h *fleet.Hook) {
	r.need(t, "on", `write what it is told of, as in on = ["down", "up"]`)
	switch command, web := t.has("command"), t.has("url"); {
	case command && web:
		r.wrong(t.at.child("url").at, "[[hook]] has both command and url", "write a [[hook]] for each")
	case !command && !web:
		r.wrong(t.at.value, "[[hook]] has neither command nor url", `write command = ["/usr/local/bin/page"], or url = "https://…"`)
	}
	if t.has("token_file") && !t.has("url") {
		r.wrong(t.at.child("token_file").at, "token_file means nothing to a command", "only for url")
	}
	r.checkHookNames(t, "hub", h.Only.Hubs, r.hubs.names)
	r.checkHookNames(t, "spoke", h.Only.Spokes, r.spokes.names)
	if len(h.Only.Tags) > 0 {
		r.checkHookNames(t, "tag", h.Only.Tags, r.tags())
	}
}

// checkHookNames records names that the fleet does not have: the hook would never be
// told anything.
func (r *reader) checkHookNames(t table, key string, names, known []string) {
	v := t.value(key)
	for i, n := range names {
		if n == "" || slices.Contains(known, n) {
			continue
		}
		hint := "no tunnel has it"
		if near := r.nearest(n, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		r.wrong(v.at.item(i).value, fmt.Sprintf("%s %q is not in this inventory", key, n), hint)
	}
}

// tags are those of all tunnels.
func (r *reader) tags() []string {
	var tags []string
	seen := make(map[string]bool)
	for i := range r.out.Tunnels {
		for _, tag := range r.out.Tunnels[i].Tags {
			if !seen[tag] {
				seen[tag] = true
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// hookName names a hook that has no name by what it runs, or asks.
func (r *reader) hookName(h *fleet.Hook, taken map[string]int) string {
	n := "hook"
	if len(h.Command) > 0 {
		n = filepath.Base(h.Command[0])
	} else if u, err := url.Parse(h.URL); err == nil && u.Host != "" {
		n = u.Host
	}
	if _, is := taken[n]; is {
		n = fmt.Sprintf("%s (line %d)", n, h.Line)
	}
	return n
}

// takeOn takes what a hook is told of.
func takeOn(r *reader, v value, h *fleet.Hook) {
	list, ok := labels(r, v)
	if !ok {
		return
	}
	if len(list) == 0 {
		r.wrongValue(v, `write what it is told of, as in ["down", "up"]`, "is empty")
	}
	take := oneOf(fleet.OnDown, fleet.OnUp, fleet.OnPath, fleet.OnIncident)
	for i, word := range list {
		if on, good := take(r, value{v.key, word, v.at.item(i)}); good {
			h.On = append(h.On, on)
		}
	}
}

// takeCommand takes a program and its arguments. No shell is between, so the program
// is named by its whole path, or is one of $PATH.
func takeCommand(r *reader, v value, h *fleet.Hook) {
	const hint = `write the program and its arguments, as in ["/usr/local/bin/page", "--to", "noc"]`
	list, ok := v.raw.([]any)
	if !ok || len(list) == 0 {
		r.wrongValue(v, hint, "is %s, not a program with its arguments", describeList(v.raw))
		return
	}
	words := make([]string, 0, len(list))
	for i, raw := range list {
		word, is := raw.(string)
		at := value{v.key, raw, v.at.item(i)}
		switch {
		case !is:
			r.wrongValue(at, fmt.Sprintf("write %q", fmt.Sprint(plain(raw))), "is %s, not a string", describe(raw))
			return
		case strings.ContainsRune(word, 0), i == 0 && word == "":
			r.wrongValue(at, hint, "%s cannot be run", clip(word))
			return
		case i == 0 && strings.Contains(word, "/") && !filepath.IsAbs(word):
			r.wrongValue(at, "write its whole path", "%s depends on where greylag was started", clip(word))
			return
		}
		words = append(words, word)
	}
	h.Command = words
}

func describeList(raw any) string {
	if list, ok := raw.([]any); ok && len(list) == 0 {
		return "an empty array"
	}
	return describe(raw)
}

// webAddress takes a URL that can be posted to.
func webAddress(r *reader, v value) (string, bool) {
	s, ok := name(r, v)
	if !ok {
		return "", false
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		r.wrongValue(v, `write it as in "https://alerts.example.net/greylag"`, "%s is no address of a web server", clip(s))
	case u.User != nil:
		r.wrongValue(v, "put a token into a file of its own, and name it by token_file", "has a user or a password in it")
	default:
		return s, true
	}
	return "", false
}

// absolutePath takes a file's whole path.
func absolutePath(r *reader, v value) (string, bool) {
	s, ok := name(r, v)
	if ok && !filepath.IsAbs(s) {
		r.wrongValue(v, "write its whole path", "%s depends on where greylag was started", clip(s))
		return "", false
	}
	return s, ok
}

// patterns takes an array of patterns of tunnels' names.
func patterns(r *reader, v value) ([]string, bool) {
	list, ok := labels(r, v)
	for i, p := range list {
		if err := fleet.CheckPattern(p); err != nil {
			r.wrong(v.at.item(i).value, fmt.Sprintf("tunnel %s is no pattern", clip(p)), "close the [ of it, as in [ab]*")
			ok = false
		}
	}
	return list, ok
}
