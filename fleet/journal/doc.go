// Package journal keeps what a stream tells of a fleet on disk.
package journal
