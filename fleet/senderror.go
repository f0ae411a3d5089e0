package fleet

import (
	"errors"
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
		return ""
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && errnoNames[errno] != "" {
		return errnoNames[errno] + ": " + err.Error()
	}
	return err.Error()
}
