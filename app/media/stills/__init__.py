"""Outputs that do not move: posters, tiles, storyboards, contact sheets."""
