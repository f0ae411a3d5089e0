package replica

import "greylag/fleet"

// What a replica keeps at most, whatever it is sent. Weights are bytes of memory,
// roughly.
const (
	maxRows   = 200_000   // tunnels; and as many spokes
	maxWeight = 512 << 20 // of all tunnels; and of all spokes

	eventsKept      = 1 << 16 // changes, as in a store
	maxEventsWeight = 64 << 20

	incidentsKept      = 1024
	maxIncidentsWeight = 64 << 20
)

// What the parts of a record weigh without their texts.
const (
	rowWeight      = 1 << 10
	eventWeight    = 320
	textWeight     = 16 // a string's header
	evidenceWeight = 120
	adviceWeight   = 48
)

func weighTexts(texts ...string) (bytes int64) {
	for _, text := range texts {
		bytes += int64(len(text)) + textWeight
	}
	return bytes
}

func weighTunnel(t *fleet.TunnelReport) int64 {
	bytes := rowWeight + int64(cap(t.Recent)) + weighTexts(t.Detail, string(t.State), string(t.Reason))
	bytes += weighTexts(t.Tunnel.Name, t.Tunnel.Hub, t.Tunnel.Spoke, string(t.Tunnel.Probe)) + weighTexts(t.Tunnel.Tags...)
	for i := range t.Advice {
		bytes += adviceWeight + weighTexts(t.Advice[i].Rule, t.Advice[i].Message, t.Advice[i].Fix)
	}
	for i := range t.Evidence {
		bytes += evidenceWeight + weighTexts(string(t.Evidence[i].Kind), t.Evidence[i].Text, t.Evidence[i].Fix)
	}
	return bytes
}

func weighSpoke(s *fleet.SpokeReport) int64 {
	return rowWeight + weighTexts(s.Spoke.Name, string(s.Path), s.Active, s.Next) + weighTexts(s.DeadBackups...) + weighRoute(s.Route)
}

func weighRoute(r *fleet.Route) int64 {
	if r == nil {
		return 0
	}
	return weighTexts(r.Prefix, r.Device, r.Gateway, r.Type, r.Tunnel)
}

func weighEvent(e *fleet.Event) int64 {
	return eventWeight + weighRoute(e.Route) + weighTexts(e.Tunnel, e.Spoke, e.Active, e.Detail,
		string(e.From), string(e.To), string(e.Reason), string(e.FromPath), string(e.ToPath))
}
