"""Outputs that move: previews and renditions."""
