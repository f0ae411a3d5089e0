// Package vantage puts what several greylags tell of one fleet into one picture. A
// [Set] is made of feeds (package replica), each of which sees the fleet from where
// its source runs: a vantage point. It answers as a [replica.Feed] does, for the
// point that the reader stands on; each row says beside it how the others see the
// same tunnel or spoke, and whether they disagree ([fleet.Views]).
//
// Tunnels and spokes are the same where their names are. They stand in the order of
// the first point, then come those that only the second knows, and so on; that
// order, and so the places of all rows, are the same wherever the reader stands.
//
// A point is stale where its source has gone or ended, or says nothing for three of
// the periods at which it reports. What it told stays, and disagrees with nobody.
//
// Each feed is bounded by itself; a Set keeps the rows of all of them once more, and
// nothing that grows with what they say.
package vantage
