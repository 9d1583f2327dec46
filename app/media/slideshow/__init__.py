"""Slideshows: slides drawn inside the jail, composed outside of it."""
