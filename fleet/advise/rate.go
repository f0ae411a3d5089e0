package advise

import (
	"fmt"
	"math"
)

// rate is intervals that ask for more than [engine] lets go.
func rate(j *Judge) *problem {
	if j.relations.rate <= float64(j.inv.Engine.MaxRate) {
		return nil
	}
	asked := int64(math.Ceil(j.relations.rate))
	return &problem{
		message: fmt.Sprintf("the intervals of the enabled tunnels come to %d packets a second, and max_rate lets %d go: keepalives go out late, and a line goes down later than R10 says",
			asked, j.inv.Engine.MaxRate),
		fix: fmt.Sprintf("max_rate = %d, or longer intervals", asked),
	}
}
