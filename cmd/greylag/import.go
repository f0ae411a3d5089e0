package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"greylag/fleet/ios"
)

func (a *app) importing() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Make an inventory of other programs' configurations",
		Args:  knownCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return usageError{errors.New("import what? greylag import ios FILE…")}
		},
	}
	c.AddCommand(a.importIOS())
	return c
}

func (a *app) importIOS() *cobra.Command {
	as := ""
	c := &cobra.Command{
		Use:   "ios FILE…",
		Short: "Make an inventory of the GRE tunnels in Cisco IOS and IOS-XE configurations",
		Long: "Read Cisco IOS and IOS-XE configurations, whole or in parts, and print an inventory of\n" +
			"their point-to-point IPv4 GRE tunnels. What was left out, and why, goes to standard error.\n" +
			"The two ends of a tunnel are found in each other where both routers' files are given: the\n" +
			"far end's configuration becomes [tunnel.peer]. FILE - is standard input. Descriptions,\n" +
			"passwords, keys and communities are not copied.\n\n" +
			"Of two ends the hub is the one with tunnels to more others. Where that says little their\n" +
			"names decide (hub, hq, core, dc; spoke, branch, site); then a router whose tunnels stand in\n" +
			"for each other by static routes or backup interface is a spoke, and so is one of which a\n" +
			"single tunnel is known.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("greylag import ios needs a FILE, or - for standard input")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.runImport(args, as) },
	}
	c.Flags().StringVar(&as, "as", "", "import what one end sees: `HOST|ADDRESS`, also where only\nthe far ends' files are there (default: each file's own tunnels)")
	return c
}

func (a *app) runImport(names []string, as string) error {
	defer collectSeldom()()
	files, err := a.readFiles(names)
	if err != nil {
		return err
	}
	res, err := ios.Import(files, as)
	if err != nil {
		return usageError{fmt.Errorf("--as: %w", err)}
	}
	for _, n := range res.Notes {
		fmt.Fprintln(a.stderr, n)
	}
	if res.Tunnels == 0 {
		fmt.Fprintf(a.stderr, "no inventory: %s\n", nothing(names, res.LeftOut))
		return exit(exitInventory)
	}
	_, err = a.stdout.Write(res.TOML)
	return outputError(err)
}

// nothing says why there is no inventory.
func nothing(names []string, leftOut int) string {
	where := names[0]
	if len(names) > 1 {
		where = fmt.Sprintf("the %d files", len(names))
	}
	if leftOut == 0 {
		return fmt.Sprintf("no tunnel interface in %s (import reads configurations, as show running-config prints them)", where)
	}
	if leftOut == 1 {
		return fmt.Sprintf("the tunnel interface in %s is not point-to-point GRE over IPv4 with known addresses", where)
	}
	return fmt.Sprintf("none of the %d tunnel interfaces in %s is point-to-point GRE over IPv4 with known addresses", leftOut, where)
}

// mostImported bounds what import reads of one file.
const mostImported = 256 << 20

func (a *app) readFiles(names []string) ([]ios.File, error) {
	files := make([]ios.File, 0, len(names))
	for _, name := range names {
		content, err := a.readImported(name)
		if err != nil {
			return nil, err
		}
		files = append(files, ios.File{Name: name, Content: content})
	}
	return files, nil
}

func (a *app) readImported(name string) ([]byte, error) {
	in := a.stdin
	var content bytes.Buffer
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a directory (name the files in it, as %s)", name, filepath.Join(name, "*"))
		} else if err == nil {
			content.Grow(int(min(info.Size(), mostImported)) + bytes.MinRead) // one piece of memory, and no copies
		}
	}
	_, err := content.ReadFrom(io.LimitReader(in, mostImported+1))
	if err == nil && content.Len() > mostImported {
		err = fmt.Errorf("%s: too large (a router's configuration is at most %d MB)", name, mostImported>>20)
	}
	return content.Bytes(), err
}
