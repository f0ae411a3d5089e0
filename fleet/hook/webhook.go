package hook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"greylag/fleet"
)

const (
	attempts     = 5           // of one message
	firstBackoff = time.Second // after the first; each is twice the one before
	// mostRetryAfter is the longest that a server may ask to wait (Retry-After, RFC 9110
	// section 10.2.3).
	mostRetryAfter = time.Minute
)

// webhook posts each message to a web server.
type webhook struct {
	hook   *fleet.Hook
	client *http.Client
	agent  string
}

// newWebhook follows no redirection: the event, and the token, are for the server that
// is named.
func newWebhook(h *fleet.Hook, version string) webhook {
	return webhook{hook: h, agent: "greylag/" + version, client: &http.Client{
		Timeout:       h.Timeout,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// deliver posts the line, again where that may help: the network failed, or the server
// was too busy, or broken.
func (w webhook) deliver(ctx context.Context, m message) error {
	backoff := firstBackoff
	for attempt := 1; ; attempt++ {
		wait, err := w.post(ctx, m)
		if err == nil || wait < 0 || attempt == attempts || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(max(wait, backoff)):
		}
		backoff *= 2
	}
}

// never is the wait of what would fail again.
const never = -1

// post posts once. wait is how long the server asks to wait before the next time, or
// never.
func (w webhook) post(ctx context.Context, m message) (wait time.Duration, err error) {
	req, err := w.request(ctx, m)
	if err != nil {
		return never, err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, withoutURL(err)
	}
	defer resp.Body.Close()
	said := new(tail)
	_, _ = io.Copy(said, io.LimitReader(resp.Body, mostOutput)) // only for the event
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return 0, nil
	case status >= 300 && status < 400:
		return never, fmt.Errorf("it answers %s, which is not followed: name the server's own address", resp.Status)
	case status == http.StatusTooManyRequests || status >= 500:
		return retryAfter(resp.Header.Get("Retry-After"), time.Now()), fmt.Errorf("it answers %s%s", resp.Status, said.quoted())
	default:
		return never, fmt.Errorf("it answers %s%s", resp.Status, said.quoted())
	}
}

func (w webhook) request(ctx context.Context, m message) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.hook.URL, bytes.NewReader(m.line))
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", w.agent)
	req.Header.Set("Greylag-Event", string(m.on))
	if w.hook.TokenFile != "" {
		token, err := readToken(w.hook.TokenFile)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req, nil
}

// mostToken is how long a token may be, in bytes.
const mostToken = 8 << 10

// readToken reads the first line of a file each time: tokens are changed.
func readToken(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("token_file: %w (user %d, as whom greylag runs, must be able to read it)", err, os.Geteuid())
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostToken))
	token, _, _ := strings.Cut(string(text), "\n")
	if token = strings.TrimSpace(token); err == nil && token == "" {
		err = errors.New("its first line is empty (write the token there)")
	}
	if err == nil && strings.ContainsFunc(token, func(c rune) bool { return c <= ' ' || c > '~' }) {
		err = errors.New("its first line is no token (write it in ASCII, without spaces)")
	}
	if err != nil {
		return "", fmt.Errorf("token_file %s: %w", path, err)
	}
	return token, nil
}

// retryAfter reads that header, in seconds or as a date, within bounds.
func retryAfter(field string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(field, 10, 31); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(field); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), mostRetryAfter)
}

// withoutURL is err without the address: many have a secret in it.
func withoutURL(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
