//go:build linux

package hostcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"greylag/probe/hostcheck/netfilter"
)

// runner runs a program and returns what it printed.
type runner func(ctx context.Context, name string, args ...string) ([]byte, error)

// toolTimeout is how long one of the firewall's tools may take; rules of tens of
// thousands of addresses take a second.
const toolTimeout = 5 * time.Second

// command is the runner of this host. What the program says of its failure is
// the error's text.
func command(ctx context.Context, name string, args ...string) ([]byte, error) {
	path, err := findTool(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, toolTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.WaitDelay = time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch line, _, _ := bytes.Cut(said.Bytes(), []byte("\n")); {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("it takes longer than %v", toolTimeout)
	case err != nil && len(line) > 0:
		return nil, errors.New(string(line))
	}
	return out, err
}

// findTool also looks where an ordinary user's PATH does not.
func findTool(name string) (string, error) {
	path, err := exec.LookPath(name)
	for _, dir := range []string{"/usr/sbin/", "/sbin/"} {
		if err == nil {
			break
		}
		path, err = exec.LookPath(dir + name)
	}
	return path, err
}

// gatherRules reads the firewall's rules: nft's, which are those of iptables-nft
// too, and those that only iptables knows.
func (f *facts) gatherRules(ctx context.Context, run runner) {
	err := f.addNft(ctx, run)
	if err != nil {
		other := f.addIptables(ctx, run, "iptables-save")
		if f.readable = other == nil; !f.readable {
			f.note("nft", err)
			f.note("iptables-save", other)
		}
		return
	}
	f.readable = true
	f.note("iptables-legacy-save", f.addIptables(ctx, run, "iptables-legacy-save"))
	if f.rules.Extended() {
		f.note("iptables-nft-save", f.addExtensions(ctx, run))
	}
}

// addExtensions reads what nft could not: rules of iptables-nft.
func (f *facts) addExtensions(ctx context.Context, run runner) error {
	text, err := run(ctx, "iptables-nft-save")
	if err != nil {
		return err
	}
	rules, err := netfilter.ParseIptables(string(text))
	if err == nil {
		f.rules.Replace(rules)
	}
	return err
}

// note keeps why a tool's rules were not read, unless it is not there.
func (f *facts) note(tool string, err error) {
	if err != nil && !missing(err) {
		f.unread = append(f.unread, fmt.Sprintf("%s: %v", tool, err))
	}
}

func missing(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist)
}

func (f *facts) addNft(ctx context.Context, run runner) error {
	document, err := run(ctx, "nft", "-j", "list", "ruleset")
	if err != nil {
		return err
	}
	listing, err := run(ctx, "nft", "-a", "list", "ruleset")
	if err != nil {
		return err
	}
	return f.merge(netfilter.ParseNft(document, string(listing)))
}

func (f *facts) addIptables(ctx context.Context, run runner, tool string) error {
	text, err := run(ctx, tool)
	if err != nil {
		return err
	}
	return f.merge(netfilter.ParseIptables(string(text)))
}

func (f *facts) merge(rules *netfilter.Ruleset, err error) error {
	if err == nil {
		f.rules.Merge(rules)
	}
	return err
}
