"""What may be asked of each output: one schema each, and the one canonical form that makes equal wishes equal."""
