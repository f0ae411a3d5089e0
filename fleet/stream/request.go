package stream

import "cmp"

// Request is what a viewer asks of the greylag whose stream it reads: the only
// record that goes the other way.
type Request struct {
	Request string // such as [RequestReload]
}

// RequestReload asks for the inventory to be read anew.
const RequestReload = "reload"

// RequestStream is what connecting asks for. It is never sent: a [Reply] has it
// where there is no stream to be had.
const RequestStream = "stream"

// Reply answers a request, on the connection on which that came.
type Reply struct {
	Request string // that it answers
	OK      bool   // it has been done
	Text    string // what was done, or why it was not
	Errors  []string
}

// AppendRequest appends the line of r, newline included.
func AppendRequest(b []byte, r *Request) []byte {
	return end(appendText(begin(b, typeRequest), typeRequest, r.Request))
}

// AppendReply appends the line of r, newline included.
func AppendReply(b []byte, r *Reply) []byte {
	b = begin(b, typeReply)
	b = appendText(b, typeRequest, r.Request)
	b = appendBool(b, "ok", r.OK)
	b = appendText(b, "text", r.Text)
	return end(appendKnownTexts(b, "errors", r.Errors))
}

type requestLine struct {
	Request string `json:"request"`
}

func (l *requestLine) record() (Record, error) {
	return Record{Request: &Request{Request: l.Request}}, require(typeRequest, typeRequest, l.Request != "")
}

type replyLine struct {
	Request string   `json:"request"`
	OK      *bool    `json:"ok"`
	Text    string   `json:"text"`
	Errors  []string `json:"errors"`
}

func (l *replyLine) record() (Record, error) {
	err := cmp.Or(
		require(typeReply, typeRequest, l.Request != ""),
		require(typeReply, "ok", l.OK != nil),
	)
	return Record{Reply: &Reply{Request: l.Request, OK: l.OK != nil && *l.OK, Text: l.Text, Errors: l.Errors}}, err
}
