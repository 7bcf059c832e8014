"""Pictures of released numbers: frozen data that draws itself as SVG or PNG, the same bytes every time."""
