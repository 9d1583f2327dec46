"""HDR becomes SDR as ffmpeg's zscale and tonemap make it: neither washed out nor dark."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from app.media.pictures.finish import Finish
from app.media.pictures.render import draw_frame, render_frame
from app.media.requests.base import Box
from tests.clips import Recipe
from tests.media.conftest import Clip
from tests.media.finding import open_finder
from tests.media.reference import delta_e, reference_picture

WIDTH, HEIGHT = 256, 128
PQ, HLG, BT2020 = 16, 18, 9
LIMITED, FULL = 1, 2
# Mean colour difference. The reference works out HLG's display channel by channel, ours by luminance as BT.2100 says:
# strong colours, of which this scenery is made, differ by that. PQ differs by less than 1.
MOST_APART = 4.0
_X265 = "log-level=none:bframes=0:frame-threads=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"
_DISPLAY = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50)"


def scenery(_number: int, width: int, height: int) -> NDArray[np.uint16]:
    """Paint from black to the brightest, from left to right, in tints of a landscape that change slowly downwards.

    Ten bits, 4:2:0, limited range, in the layout that PyAV takes planes in.
    """
    luma = np.tile(np.linspace(64, 940, width), (height, 1))
    angle = np.linspace(0, 2 * np.pi, height // 2)[:, None]
    strength = 60 * np.sin(np.linspace(0, np.pi, width // 2))[None, :]
    cb, cr = 512 + strength * np.cos(angle), 512 + strength * np.sin(angle)
    return np.concatenate([plane.round().ravel() for plane in (luma, cb, cr)]).reshape(-1, width).astype(np.uint16)


def hdr(transfer: int, **changed: object) -> Recipe:
    options: dict[str, object] = {
        "frames": 2,
        "codec": "ffv1",
        "container": "mkv",
        "width": WIDTH,
        "height": HEIGHT,
        "pix_fmt": "yuv420p10le",
        "picture": scenery,
        "picture_format": "yuv420p10le",
        "colour": {
            "color_range": LIMITED,
            "colorspace": BT2020,
            "color_trc": transfer,
            "color_primaries": BT2020,
        },
    }
    return Recipe(**{**options, **changed})  # type: ignore[arg-type]


def hevc(more: str) -> Recipe:
    return hdr(PQ, codec="libx265", options={"x265-params": f"{_X265}:qp=4{more}"})


@pytest.mark.parametrize(
    "recipe",
    [hdr(PQ), hdr(HLG), hevc(""), hevc(f":{_DISPLAY}"), hevc(":max-cll=600,400")],
    ids=["PQ", "HLG", "HDR10", "HDR10 graded on 4000 nits", "HDR10 of 600 nits"],
)
def test_hdr_looks_as_the_reference_makes_it(clip: Clip, recipe: Recipe) -> None:
    path = clip(recipe)

    with open_finder(path) as finder:
        image = render_frame(finder.find(Fraction(0)).frame)

    assert delta_e(image, reference_picture(path)).mean() < MOST_APART


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_a_small_picture_of_hdr_looks_like_the_large_one(clip: Clip, transfer: int) -> None:
    with open_finder(clip(hdr(transfer))) as finder:
        frame = finder.find(Fraction(0)).frame
        large, small = render_frame(frame), render_frame(frame, width=64)

    assert delta_e(small, large.resize(small.size)).mean() < MOST_APART


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_full_range_is_read_as_such(clip: Clip, transfer: int) -> None:
    def paint(_number: int, width: int, height: int) -> NDArray[np.uint16]:
        """Paint the same as `scenery`, in full range."""
        planes = scenery(0, width, height).astype(np.float64).ravel()
        luma, chroma = planes[: width * height], planes[width * height :]
        wide = np.concatenate([(luma - 64) * 1023 / 876, 512 + (chroma - 512) * 1023 / 896])
        return wide.round().reshape(-1, width).astype(np.uint16)

    colour = {"color_range": FULL, "colorspace": BT2020, "color_trc": transfer, "color_primaries": BT2020}
    pictures = []
    for recipe in (hdr(transfer), hdr(transfer, picture=paint, colour=colour)):
        with open_finder(clip(recipe)) as finder:
            pictures.append(render_frame(finder.find(Fraction(0)).frame))

    assert delta_e(*pictures).mean() < MOST_APART


def test_interlaced_hlg_of_a_broadcast_is_tone_mapped_too(clip: Clip) -> None:
    marks = "bff=1:qp=1:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"
    interlaced = hdr(HLG, codec="libx264", container="ts", options={"x264-params": marks})
    pictures = []
    for recipe in (hdr(HLG), interlaced):
        with open_finder(clip(recipe)) as finder:
            frame = finder.find(Fraction(0)).frame
            pictures.append(render_frame(frame))

    assert frame.interlaced_frame
    assert delta_e(*pictures).mean() < MOST_APART


def test_transparent_hdr_is_tone_mapped_and_stays_transparent(clip: Clip) -> None:
    def paint(_number: int, width: int, height: int) -> NDArray[np.uint16]:
        half = np.full((height, width, 4), 30_000, dtype="<u2")
        half[:, :, 3] = np.where(np.arange(width) < width // 2, 65_535, 0)
        return half

    recipe = hdr(
        HLG, codec="prores_ks", container="mov", pix_fmt="yuva444p10le", picture=paint, picture_format="rgba64le"
    )
    with open_finder(clip(recipe)) as finder:
        image = draw_frame(finder.find(Fraction(0)).frame, Box(), Finish(keeps_transparency=True))

    red, green, blue, alpha = image.getpixel((WIDTH // 4, HEIGHT // 2))  # type: ignore[misc]
    assert alpha == 255
    assert max(red, green, blue) - min(red, green, blue) <= 6
    assert 90 < red < 180
    assert image.getpixel((WIDTH * 3 // 4, HEIGHT // 2))[3] == 0  # type: ignore[index]
