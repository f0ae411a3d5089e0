//go:build linux

package hostcheck

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"greylag/probe/rawsock"
)

// privilege: raw sockets can be opened, or what to run.
func privilege(f *facts) []Finding {
	switch {
	case f.sockets == nil:
		return one(OK, "raw sockets can be opened", "", "")
	case errors.Is(f.sockets, rawsock.ErrPermission):
		return one(Fault, "raw sockets need the capability CAP_NET_RAW", "nothing can be sent or received", f.Setcap)
	}
	return one(Fault, f.sockets.Error(), "nothing can be sent or received", "")
}

// receiveBuffer: an answer of every tunnel fits, as far as is asked for.
func receiveBuffer(f *facts) []Finding {
	if f.sockets != nil {
		return nil
	}
	room := f.granted / rawsock.BytesPerAnswer
	found := fmt.Sprintf("room for %s at once", count(room, "answer"))
	need := min(len(f.Tunnels), f.ReceiveBuffer/rawsock.BytesPerAnswer)
	if room >= need {
		return one(OK, found, "", "")
	}
	return one(Warning, fmt.Sprintf("%s, of %s", found, count(len(f.Tunnels), "tunnel")),
		"when many answers come while it is busy, this host drops those that have no room",
		fmt.Sprintf("sudo sysctl -w net.core.rmem_max=%d", f.ReceiveBuffer))
}

// rate: the intervals ask for no more than max_rate.
func rate(f *facts) []Finding {
	if len(f.Tunnels) == 0 {
		return nil
	}
	steady := 0.0
	for i := range f.Tunnels {
		steady += 1 / f.Tunnels[i].Interval.Seconds()
	}
	found := rateText(steady) + " packets a second"
	if f.MaxRate == 0 || steady <= float64(f.MaxRate) {
		return one(OK, found, "", "")
	}
	return one(Warning, fmt.Sprintf("%s, of which max_rate lets %d go", found, f.MaxRate), "keepalives go out late",
		fmt.Sprintf("in the inventory's [engine] write: max_rate = %.0f, or make the intervals longer", math.Ceil(steady)))
}

// rateText is a rate without an exponent: whole from ten on.
func rateText(rate float64) string {
	if rate >= 10 {
		return strconv.FormatFloat(rate, 'f', 0, 64)
	}
	return strconv.FormatFloat(rate, 'g', 2, 64)
}
