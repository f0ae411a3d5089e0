package inventory

import (
	"strings"
	"testing"
	"time"

	"greylag/fleet"
)

const hookFleet = goodTunnel + "hub = \"fra1\"\nspoke = \"seoul\"\ntags = [\"apac\"]\n[[hook]]\n" // its keys stand from line 9

func TestHook(t *testing.T) {
	inv := parse(t, hookFleet+`on = ["down", "incident"]
command = ["/bin/page", "", "--to=noc"]
tunnel = ["a*"]
hub = ["fra1"]
tag = ["apac"]
min_down = "30s"
[[hook]]
on = ["path"]
url = "https://alerts.example.net:8443/x?y=z"
token_file = "/etc/greylag/token"
timeout = "1m"
[[hook]]
on = ["up"]
command = ["page"]
[[hook]]
on = ["up"]
command = ["/usr/bin/page"]
`)
	same(t, []fleet.Hook{
		{
			Name: "page", On: []fleet.HookOn{"down", "incident"}, Command: []string{"/bin/page", "", "--to=noc"},
			Timeout: 10 * time.Second, MinDown: 30 * time.Second, Line: 8,
			Only: fleet.Selection{Tunnels: []string{"a*"}, Hubs: []string{"fra1"}, Tags: []string{"apac"}},
		},
		{
			Name: "alerts.example.net:8443", On: []fleet.HookOn{"path"}, URL: "https://alerts.example.net:8443/x?y=z",
			TokenFile: "/etc/greylag/token", Timeout: time.Minute, Line: 15,
		},
		{Name: "page (line 20)", On: []fleet.HookOn{"up"}, Command: []string{"page"}, Timeout: 10 * time.Second, Line: 20},
		{Name: "page (line 23)", On: []fleet.HookOn{"up"}, Command: []string{"/usr/bin/page"}, Timeout: 10 * time.Second, Line: 23},
	}, inv.Hooks)
	if plain := parse(t, goodTunnel); plain.Hooks != nil {
		t.Errorf("%+v, and none is in the file", plain.Hooks)
	}
}

// TestHookRules: one hook, and all that is wrong with the file.
func TestHookRules(t *testing.T) {
	const on, command = "on = [\"down\"]\n", "command = [\"/bin/page\"]\n"
	for _, c := range []struct{ hook, want string }{
		{"", `8:1: [[hook]] has neither command nor url (write command = ["/usr/local/bin/page"], or url = "https://…")
8:1: [[hook]] has no on (write what it is told of, as in on = ["down", "up"])`},
		{on + command + `url = "https://a.example"`, `11:1: [[hook]] has both command and url (write a [[hook]] for each)`},
		{command + `on = ["downs"]`, `10:7: on "downs" is not known (write "down", "up", "path" or "incident")`},
		{command + `on = []`, `10:6: on is empty (write what it is told of, as in ["down", "up"])`},
		{command + `on = "down"`, `10:6: on is the string "down", not an array of strings (write ["down"])`},
		{on + `command = "page --to noc"`, `10:11: command is the string "page --to noc", not a program with its arguments (write the program and its arguments, as in ["/usr/local/bin/page", "--to", "noc"])`},
		{on + `command = []`, `10:11: command is an empty array, not a program with its arguments (write the program and its arguments, as in ["/usr/local/bin/page", "--to", "noc"])`},
		{on + `command = ["bin/page"]`, `10:12: command "bin/page" depends on where greylag was started (write its whole path)`},
		{on + `command = [""]`, `10:12: command "" cannot be run (write the program and its arguments, as in ["/usr/local/bin/page", "--to", "noc"])`},
		{on + `command = ["page", 7]`, `10:20: command is the integer 7, not a string (write "7")`},
		{on + `comand = ["page"]`, `8:1: [[hook]] has neither command nor url (write command = ["/usr/local/bin/page"], or url = "https://…")
10:1: unknown key "comand" (did you mean "command"?)`},
		{on + `url = "alerts.example.net"`, `10:7: url "alerts.example.net" is no address of a web server (write it as in "https://alerts.example.net/greylag")`},
		{on + `url = "ftp://a.example/"`, `10:7: url "ftp://a.example/" is no address of a web server (write it as in "https://alerts.example.net/greylag")`},
		{on + `url = "https://me:secret@a.example/"`, `10:7: url has a user or a password in it (put a token into a file of its own, and name it by token_file)`},
		{on + command + `token_file = "/etc/token"`, `11:1: token_file means nothing to a command (only for url)`},
		{on + "url = \"https://a.example\"\ntoken_file = \"token\"", `11:14: token_file "token" depends on where greylag was started (write its whole path)`},
		{on + command + `timeout = "1ms"`, `11:11: timeout "1ms" is out of range (write "100ms" to "600s")`},
		{on + command + `min_down = "25h"`, `11:12: min_down "25h" is out of range (write "0s" to "86400s")`},
		{on + command + `hub = ["fra2"]`, `11:8: hub "fra2" is not in this inventory (did you mean "fra1"?)`},
		{on + command + `spoke = ["seoul", "nowhere"]`, `11:19: spoke "nowhere" is not in this inventory (no tunnel has it)`},
		{on + command + `tag = ["apax"]`, `11:8: tag "apax" is not in this inventory (did you mean "apac"?)`},
		{on + command + `tunnel = ["a["]`, `11:11: tunnel "a[" is no pattern (close the [ of it, as in [ab]*)`},
		{on + command + "name = \"x\"\n[[hook]]\nname = \"x\"\n" + on + command, `13:8: name "x" is already that of the hook on line 8 (names are unique)`},
	} {
		_, err := Parse("f", []byte(hookFleet+c.hook+"\n"))
		want := "f:" + strings.ReplaceAll(c.want, "\n", "\nf:")
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", c.hook, err, want)
		}
	}
}
