"""Everything a template shows, worked out before it is rendered: templates hold no logic of their own."""
