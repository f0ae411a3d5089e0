package main

import (
	"time"

	"greylag/fleet"
	"greylag/fleet/advise"
	"greylag/probe"
)

// connect lets the store find what others know.
func (s *station) connect() {
	s.store.SetEngine(s.engineReport)
	s.store.SetAdvice(adviceFor(s.inv))
	if s.routes != nil {
		s.routes.look(s.store)
	}
	if s.reflector != nil {
		s.store.SetPeers(peersOf(s.reflector.TunnelPeers()))
	}
}

// peersOf tells what is known of the tunnels' peers.
func peersOf(peers *probe.TunnelPeers) fleet.PeerSource {
	return func(i int) (uint64, time.Time, time.Duration) {
		p := peers.Of(i)
		return p.Reflected, p.Last, p.Interval
	}
}

func (s *station) engineReport() fleet.EngineReport {
	st := s.engine.Stats()
	return fleet.EngineReport{
		Sent: st.Sent, Received: st.Received, LateSends: st.LateSends,
		Dropped: st.Dropped, SendErrors: st.SendErrors,
	}
}

// adviceFor finds out once what the inventory's declarations explain.
func adviceFor(inv *fleet.Inventory) fleet.AdviceSource {
	judge, rules := advise.New(inv), map[int][]fleet.Advice{}
	for i := range inv.Tunnels {
		if found := judge.Advice(i); found != nil {
			rules[i] = found
		}
	}
	return func(position int) []fleet.Advice { return rules[position] }
}
