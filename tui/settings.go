package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// settings are what is remembered from one time to the next.
type settings struct {
	View    string          `json:"view,omitempty"`
	Sort    string          `json:"sort,omitempty"`
	Reverse bool            `json:"reverse,omitempty"`
	Hidden  []string        `json:"hidden_columns,omitempty"`
	Filter  string          `json:"filter,omitempty"`
	Grid    string          `json:"grid,omitempty"`  // the picture chosen; "": the first that fits
	Mutes   map[string]mute `json:"mutes,omitempty"` // by the tunnel's name
	Bell    bool            `json:"bell,omitempty"`
	Notify  bool            `json:"notify,omitempty"` // the desktop of new outages
	// RefreshMillis is how often the source is looked at; 0: twice a second.
	RefreshMillis int `json:"refresh_ms,omitempty"`
}

// mute is why a tunnel is muted, and since when. It is this viewer's own.
type mute struct {
	Note  string    `json:"note,omitempty"`
	Since time.Time `json:"since"`
}

// refreshes are the periods to choose from, and usual is the one to begin with.
var refreshes = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, usual, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
}

const usual = 500 * time.Millisecond

// refresh is how often the source is looked at.
func (s *settings) refresh() time.Duration {
	for _, r := range refreshes {
		if r == time.Duration(s.RefreshMillis)*time.Millisecond {
			return r
		}
	}
	return usual
}

// readSettings reads the file. One that is not there is no error.
func readSettings(path string) (settings, error) {
	var s settings
	if path == "" {
		return s, nil
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &s)
	}
	if err != nil {
		return settings{}, fmt.Errorf("%s is not used: %w", path, err)
	}
	return s, nil
}

// writeSettings replaces the file in one step, so that no reader and no crash
// leaves half of it.
func writeSettings(path string, content []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".greylag-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// restore brings back what was remembered, and says so where it cannot.
func (m *model) restore() {
	s, err := readSettings(m.options.StatePath)
	if err != nil {
		m.fail(err)
	}
	m.settings = s
	for i, name := range viewNames {
		if name == s.View {
			m.current = i
		}
	}
	m.board.restore(&m.settings)
}

// remember writes the settings, if a file is to have them.
func (m *model) remember() tea.Cmd {
	if m.options.StatePath == "" {
		return nil
	}
	content, err := json.MarshalIndent(&m.settings, "", "  ")
	if err != nil {
		return m.fail(err)
	}
	m.saver.put(append(content, '\n'))
	return func() tea.Msg {
		if err := m.saver.flush(m.options.StatePath); err != nil {
			return message{text: "not remembered: " + err.Error(), bad: true}
		}
		return nil
	}
}

// saver writes the settings, the newest always last, from whatever goroutine.
type saver struct {
	mu      sync.Mutex
	content []byte // that is not written yet; nil: all is
}

// put has content written by the next flush.
func (s *saver) put(content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content = content
}

// flush writes what is not written yet.
func (s *saver) flush(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.content == nil {
		return nil
	}
	content := s.content
	s.content = nil
	return writeSettings(path, content)
}
