"""Change the state points of many jobs as one: reshape, plan, order, journal, apply, undo."""
