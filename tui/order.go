package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"greylag/tui/query"
)

// sortBy sorts by that field, or by the next column.
func sortBy(m *model, field string) tea.Cmd {
	o := query.Order{By: m.nextOrder()}
	if field != "" {
		var err error
		if o, err = query.ParseOrder(field); err != nil {
			return m.fail(err)
		}
	}
	return m.setOrder(o)
}

// reverseSort turns the order round.
func reverseSort(m *model, _ string) tea.Cmd {
	o := m.board.order
	o.Reverse = !o.Reverse
	return m.setOrder(o)
}

func (m *model) setOrder(o query.Order) tea.Cmd {
	m.board.order = o
	m.settings.Sort = o.String()
	m.reorder()
	m.tell("sorted by %s", o)
	return m.remember()
}

// nextOrder is the order after the present one, of the columns on the screen.
func (m *model) nextOrder() string {
	names := append([]string{""}, m.table().orders()...)
	at := slices.Index(names, m.board.order.By)
	return names[(at+1)%len(names)]
}

// chooseColumns opens the menu of the table's columns.
func chooseColumns(m *model, _ string) tea.Cmd {
	var items []item
	for i := range columns {
		name := columns[i].name
		if name == viewsColumn && !m.board.hasViews() {
			continue
		}
		items = append(items, item{
			label: columns[i].help,
			on:    func() bool { return !slices.Contains(m.settings.Hidden, name) },
			run: func(m *model) tea.Cmd {
				m.toggleColumn(name)
				return m.remember()
			},
		})
	}
	m.open("Columns of the table; where the screen is narrow, the less important ones give way", items)
	return nil
}

func (m *model) toggleColumn(name string) {
	if at := slices.Index(m.settings.Hidden, name); at >= 0 {
		m.settings.Hidden = slices.Delete(m.settings.Hidden, at, at+1)
	} else {
		m.settings.Hidden = append(m.settings.Hidden, name)
	}
	m.refresh()
}
