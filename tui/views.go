package tui

// viewNames are the views, in the order of their keys. Detail is the last.
var viewNames = [...]string{"table", "grid", "spokes", "events", "detail"}

// detailView is the view that is also shown beside the others.
const detailView = len(viewNames) - 1

// newViews are the views of viewNames.
func newViews() []view {
	return []view{&tableView{}, &gridView{}, &spokesView{}, &eventsView{}, &detailPane{}}
}
