"""Pictures: from a decoded frame or an image file to upright sRGB of the planned size, and to encoded bytes."""
