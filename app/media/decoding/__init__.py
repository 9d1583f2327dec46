"""Reading sources: packets, frames, stretches and sound; which frame is shown when."""
