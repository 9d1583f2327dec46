"""Text in pictures: typefaces, measuring, eliding, wrapping and drawing."""
