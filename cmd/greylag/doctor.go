package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"greylag/fleet"
	"greylag/fleet/inventory"
	"greylag/probe/hostcheck"
)

// examining is what doctor was asked for.
type examining struct {
	json      bool
	peerLinux bool
	device    string // of peerLinux
}

func (a *app) doctor() *cobra.Command {
	o := examining{}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check whether this host is fit to probe the fleet, and say what to do",
		Long: "Check this host: privilege, socket buffers, interfaces, addresses and routes of the\n" +
			"inventory, reverse path filters, the kernel's own GRE, and firewall rules that would eat\n" +
			"a keepalive or its answer. Without an inventory, what concerns every fleet is checked.\n" +
			"Exit with 0 (fit), 1 (warnings) or 2 (something will not work). As root it sees more.",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.peerLinux {
				return a.printPeerLinux(o.device)
			}
			return a.runDoctor(c.Context(), o)
		},
	}
	a.configFlag(c)
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object for each finding")
	c.Flags().BoolVar(&o.peerLinux, "peer-linux", false, "check nothing; print what a Linux far end needs")
	c.Flags().StringVar(&o.device, "device", "gre1", "the far end's tunnel `INTERFACE`, for --peer-linux")
	return c
}

func (a *app) printPeerLinux(device string) error {
	script, err := hostcheck.PeerLinux(device)
	if err != nil {
		return usageError{fmt.Errorf("--device: %w", err)}
	}
	_, err = fmt.Fprint(a.stdout, script)
	return outputError(err)
}

func (a *app) runDoctor(ctx context.Context, o examining) error {
	subject, err := a.subject()
	if err != nil {
		return err
	}
	findings, err := hostcheck.Run(ctx, subject)
	if err != nil {
		return err
	}
	print := printFindings
	if o.json {
		print = printFindingsJSON
	}
	if err := outputError(print(a.stdout, findings)); err != nil {
		return err
	}
	return exit(hostcheck.Worst(findings))
}

// subject is the fleet that this host is checked for: the inventory's, or none
// where there is no inventory.
func (a *app) subject() (hostcheck.Fleet, error) {
	subject := hostcheck.Fleet{Reflect: true, ReceiveBuffer: receiveBuffer(0), Setcap: setcap()}
	if a.config == "" && !anyInventory() {
		return subject, nil
	}
	inv, err := a.inventory()
	if err != nil {
		return subject, err
	}
	return examined(inv, subject), nil
}

// anyInventory tells whether there is an inventory where one is looked for. One
// that $GREYLAG_CONFIG names is meant, whether it is there or not.
func anyInventory() bool {
	_, err := inventory.Search(os.Getenv, exists)
	return err == nil || os.Getenv("GREYLAG_CONFIG") != ""
}

// examined completes a subject by what the inventory says.
func examined(inv *fleet.Inventory, subject hostcheck.Fleet) hostcheck.Fleet {
	subject.Tunnels = probeTunnels(inv)
	subject.Reflect = inv.Engine.Reflect
	subject.MaxRate = inv.Engine.MaxRate
	subject.ReceiveBuffer = receiveBuffer(len(subject.Tunnels))
	return subject
}
