package probe

import "greylag/probe/gre"

// Keepalive is what the engine's keepalives of the tunnel are built from; secret
// is written into a signed one only. Not for a tunnel that is probed by echo.
func (t *Tunnel) Keepalive(secret *gre.Secret) gre.Spec { return t.spec(secret) }
