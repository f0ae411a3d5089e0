package main

import (
	"time"

	"greylag/fleet"
	"greylag/probe"
)

// arrange has the tunnels numbered in the order in which they are probed.
func arrange(inv *fleet.Inventory) {
	var enabled []int32
	for i := range inv.Tunnels {
		if inv.Tunnels[i].Enabled {
			enabled = append(enabled, int32(i))
		}
	}
	inv.Order = probe.Order(len(enabled), func(i int) (string, time.Duration) {
		t := &inv.Tunnels[enabled[i]]
		return t.Name, t.Interval
	})
	for number, i := range inv.Order {
		inv.Order[number] = enabled[i]
	}
}

// probeTunnels says to the engine what the inventory says: the enabled tunnels,
// in the order by which the store knows them.
func probeTunnels(inv *fleet.Inventory) []probe.Tunnel {
	enabled := inv.Enabled()
	tunnels := make([]probe.Tunnel, len(enabled))
	for i, t := range enabled {
		tunnels[i] = probeTunnel(t)
	}
	return tunnels
}

// probeTunnel says it of one.
func probeTunnel(t *fleet.Tunnel) probe.Tunnel {
	return probe.Tunnel{
		Name: t.Name, Echo: t.Probe == fleet.Echo,
		Source: t.Source, Destination: t.Destination, ReplyTo: t.ReplyTo,
		Device: t.Device, TTL: t.TTL, TOS: t.TOS,
		Key: t.Key, HasKey: t.HasKey, Checksum: t.Checksum, Sequence: t.Sequence,
		Signed:   t.Payload == fleet.Signed,
		Interval: t.Interval, Retries: t.Retries, UpAfter: int(t.UpAfter),
		MatchAddress: t.Match == fleet.MatchAddress,
	}
}

func anyEcho(tunnels []probe.Tunnel) bool {
	for i := range tunnels {
		if tunnels[i].Echo {
			return true
		}
	}
	return false
}
