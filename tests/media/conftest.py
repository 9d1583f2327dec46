"""Fixtures of the media room: clips, each made once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.media.decoder import Decoder
from app.media.limits import Limits
from tests.clips import Recipe, make_clip

# The same examples in every run, however busy the machine is, and nothing left behind in the project's folder.
settings.register_profile("media", derandomize=True, deadline=None, database=None)
settings.load_profile("media")

Clip = Callable[[Recipe], Path]
BuildDecoder = Callable[..., Decoder]


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Make a clip, or hand out the one that was already made by the same recipe. Tests must not write to it."""
    folder = tmp_path_factory.mktemp("clips")
    # The recipe is kept with its clip: while it lives, no other painter of pictures can get its painter's address.
    made: dict[str, tuple[Recipe, Path]] = {}

    def make(recipe: Recipe) -> Path:
        key = repr(recipe)
        if key not in made:
            made[key] = recipe, make_clip(folder / f"{len(made)}.{recipe.container}", recipe)
        return made[key][1]

    return make


@pytest.fixture
def build_decoder(tmp_path: Path) -> Iterator[BuildDecoder]:
    """Build decoders that are closed after the test; limits by name."""
    built: list[Decoder] = []

    def build_one(**limits: object) -> Decoder:
        built.append(Decoder(tmp_path / f"out-{len(built)}", Limits(**limits)))  # type: ignore[arg-type]
        return built[-1]

    yield build_one
    for decoder in built:
        decoder.close()
