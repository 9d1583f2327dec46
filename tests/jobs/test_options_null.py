"""Whatever stands where an option should: each option refuses it in a sentence that names it."""

from typing import Any

import pytest
from marshmallow import fields

from app.errors import InvalidRequest
from app.jobs.options.contact_sheet import ContactSheetSchema
from app.jobs.options.fields import OptionSchema
from app.jobs.options.player_kit import PlayerKitSchema
from app.jobs.options.poster import PosterSchema
from app.jobs.options.posts import PostSchema, ReferenceSchema
from app.jobs.options.preview import PreviewSchema
from app.jobs.options.rendition import RenditionSchema
from app.jobs.options.sizes import BoxSchema
from app.jobs.options.slideshow import SlideSchema, SlideshowSchema
from app.jobs.options.storyboard import StoryboardSchema
from app.jobs.options.thumbnail import ThumbnailSchema
from app.jobs.options.watermark import WatermarkSchema
from app.jobs.outputs import OUTPUTS
from app.models import Output

OF_OUTPUTS: dict[Output, type[OptionSchema]] = {
    Output.THUMBNAIL: ThumbnailSchema,
    Output.POSTER: PosterSchema,
    Output.STORYBOARD: StoryboardSchema,
    Output.CONTACT_SHEET: ContactSheetSchema,
    Output.PREVIEW: PreviewSchema,
    Output.RENDITION: RenditionSchema,
    Output.PLAYER_KIT: PlayerKitSchema,
}
INNER = [BoxSchema, WatermarkSchema, SlideshowSchema, SlideSchema, PostSchema, ReferenceSchema]
OPTIONS = [(output, name) for output, schema in OF_OUTPUTS.items() for name in schema().fields]


def test_every_output_is_here() -> None:
    assert set(OF_OUTPUTS) == set(OUTPUTS)


@pytest.mark.parametrize("value", [None, [None], [[]]], ids=str)
@pytest.mark.parametrize(("output", "name"), OPTIONS)
def test_nothing_in_an_options_place_is_refused_in_our_words(output: Output, name: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        OUTPUTS[output].read({name: value})

    assert refusal.value.field == name
    assert refusal.value.message.startswith(name)


@pytest.mark.parametrize("value", [True, [{}], [True], "wide", [{"x": 1}]], ids=str)
def test_sizes_are_named_whatever_they_are(value: Any) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        OUTPUTS[Output.THUMBNAIL].read({"sizes": value})

    assert refusal.value.message.startswith("sizes")


@pytest.mark.parametrize("schema", [*OF_OUTPUTS.values(), *INNER])
def test_no_sentence_has_braces_of_its_own(schema: type[OptionSchema]) -> None:
    found = list(schema().fields.values())
    found += [one.inner for one in found if isinstance(one, fields.List)]

    # It fails where a sentence has other places to be filled in than marshmallow's own.
    said = [field.make_error(key, input="", choices="", obj_type="") for field in found for key in field.error_messages]

    assert said
