package fleet

import (
	"errors"
	"fmt"
	"syscall"
)

// errnoNames are the errors that sending a packet can meet, as an operator
// looks them up.
var errnoNames = map[syscall.Errno]string{
	syscall.EPERM:         "EPERM",
	syscall.EINTR:         "EINTR",
	syscall.EIO:           "EIO",
	syscall.ENXIO:         "ENXIO",
	syscall.EBADF:         "EBADF",
	syscall.EAGAIN:        "EAGAIN",
	syscall.ENOMEM:        "ENOMEM",
	syscall.EACCES:        "EACCES",
	syscall.EFAULT:        "EFAULT",
	syscall.ENODEV:        "ENODEV",
	syscall.EINVAL:        "EINVAL",
	syscall.EPIPE:         "EPIPE",
	syscall.EDESTADDRREQ:  "EDESTADDRREQ",
	syscall.EMSGSIZE:      "EMSGSIZE",
	syscall.EPROTO:        "EPROTO",
	syscall.EOPNOTSUPP:    "EOPNOTSUPP",
	syscall.EAFNOSUPPORT:  "EAFNOSUPPORT",
	syscall.EADDRNOTAVAIL: "EADDRNOTAVAIL",
	syscall.ENETDOWN:      "ENETDOWN",
	syscall.ENETUNREACH:   "ENETUNREACH",
	syscall.ECONNREFUSED:  "ECONNREFUSED",
	syscall.ENOBUFS:       "ENOBUFS",
	syscall.EHOSTDOWN:     "EHOSTDOWN",
	syscall.EHOSTUNREACH:  "EHOSTUNREACH",
	syscall.ETIMEDOUT:     "ETIMEDOUT",
}

// sendErrorText is the error's name, where it has one, and its text:
// "ENETUNREACH: network is unreachable".
func sendErrorText(err error) string {
	if err == nil {
		return "this host could not send, and no error says why"
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && errnoNames[errno] != "" {
		return errnoNames[errno] + ": " + err.Error()
	}
	return err.Error()
}

// sendErrorFix is where to look on this host when a tunnel's packets cannot be
// sent; "" where the error's text says it all.
func sendErrorFix(err error, t *Tunnel) string {
	var errno syscall.Errno
	_ = errors.As(err, &errno) // 0 where it is none of the kernel's
	switch errno {
	case syscall.ENETUNREACH, syscall.EHOSTUNREACH:
		return fmt.Sprintf("look at `ip route get %s`", t.Destination)
	case syscall.EINVAL, syscall.EADDRNOTAVAIL:
		return fmt.Sprintf("look whether %s is an address of this host (`ip address`), and at `ip route get %s`", t.Source, t.Destination)
	case syscall.EPERM, syscall.EACCES:
		return fmt.Sprintf("a rule of this host forbids it: look at `nft list ruleset`, `ip route get %s` and `ip xfrm policy`", t.Destination)
	case syscall.ENETDOWN, syscall.ENODEV, syscall.ENXIO:
		return "look whether its interface is there and up: `ip link`"
	case syscall.ENOBUFS, syscall.EAGAIN, syscall.ENOMEM:
		return "this host sends more than its interface takes: look at max_rate and `tc -s qdisc`"
	case syscall.EMSGSIZE:
		return "look at the MTU of its interface: `ip link`"
	}
	return ""
}
