package advise

import "fmt"

// large is how many tunnels that it keeps alive make a hub large in the sense of
// R14. The reference names no number; this is where a hub's keepalives (10 a second
// by R8's defaults) begin to be more than a handful.
const large = 100

// largeHub is R14. Far ends of which nothing is declared are not known to be able
// to originate.
func largeHub(j *Judge, hub int) *problem {
	c := j.relations.hubs[hub]
	if c.could < large {
		return nil
	}
	return &problem{
		message: fmt.Sprintf("it originates the keepalives of %d tunnels, and %d of their far ends could do that (large is %d and more): there it matters more that a spoke learns that its hub is gone and moves to its backup path",
			c.originates, c.could, large),
		fix: "consider `keepalive` on the spokes only, and probe = \"icmp\" here",
	}
}
