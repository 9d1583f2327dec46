"""Whether there is anything to see in what moves: its frames are looked at until there is."""

from PIL import Image

from app.media.pictures.encode import is_blank

# Among the notes of what was made. No failure where its source is like that, but worth a word.
ALL_BLANK = "Every frame that was looked at is one flat colour."


class Glance:
    """What was seen so far; `is_blank` as long as each frame was one flat colour."""

    def __init__(self) -> None:
        self.is_blank = True

    def look(self, image: Image.Image) -> None:
        """Look at a frame, unless there was something to see before."""
        self.is_blank = self.is_blank and is_blank(image)
