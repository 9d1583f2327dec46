"""Bring HDR (PQ and HLG, BT.2020) to what a page shows: SDR with BT.709 primaries.

Transfer functions from ITU-R BT.2100-2; the curve is John Hable's filmic one, in the form and with the constants of
ffmpeg's `tonemap=hable`. What comes out is meant for the display that SDR video is graded on (ITU-R BT.1886, gamma
2.4), as with `zscale`, so that results can be compared with `zscale` + `tonemap`.
"""

from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

# Light or signal, in whatever precision numpy arrived at.
Light = NDArray[np.floating[Any]]

_PQ, _HLG = 16, 18  # AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67
_REFERENCE_WHITE_NITS = 100.0
# What is brighter than this becomes white: HLG is defined for such a display, and most PQ is graded on one. What a file
# says of itself is not asked: the pictures of one film should not differ by what it was packed in.
_PEAK_NITS = 1000.0
# Rows are mapped in strips of about so many pixels: a strip takes some 60 bytes a pixel while it is worked on.
_STRIP_PIXELS = 1_000_000
_BT1886_GAMMA = 2.4

# Linear BT.2020 to linear BT.709 (ITU-R BT.2087-0, equation 3).
_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
# Luminance of linear BT.2020.
_LUMA = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)


def is_hdr(frame: VideoFrame) -> bool:
    """Tell whether the frame's transfer function is PQ or HLG."""
    return frame.color_trc in (_PQ, _HLG)


def tone_map(pixels: NDArray[np.uint16], frame: VideoFrame) -> Image.Image:
    """Return an SDR picture from non-linear RGB `pixels` (height, width, 3; 0 to 65535) of an HDR frame."""
    height, width, _ = pixels.shape
    to_light = _from_pq if frame.color_trc == _PQ else _from_hlg
    shown = np.empty((height, width, 3), dtype=np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = slice(top, top + rows)
        light = to_light(pixels[strip].astype(np.float32) / np.float32(65535))
        shown[strip] = _mapped(light)
    return Image.fromarray(shown)


def _mapped(light: Light) -> NDArray[np.uint8]:
    """Return SDR pixels for light in units of reference white."""
    linear = np.maximum(light @ _TO_BT709.T, 0)
    brightest = np.maximum(linear.max(axis=2, keepdims=True), 1e-6)
    mapped = linear * (_hable(brightest) / _hable(np.float32(_PEAK_NITS / _REFERENCE_WHITE_NITS)) / brightest)
    signal = np.clip(mapped, 0, 1) ** np.float32(1 / _BT1886_GAMMA)
    shown: NDArray[np.uint8] = (signal * 255 + 0.5).astype(np.uint8)
    return shown


def _from_pq(signal: Light) -> Light:
    """Return light in units of reference white (BT.2100 table 4, EOTF)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = signal ** (1 / m2)
    light: Light = (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) * (10_000 / _REFERENCE_WHITE_NITS)
    return light


def _from_hlg(signal: Light) -> Light:
    """Return light in units of reference white on a 1000-nit display (BT.2100 table 5, inverse OETF and OOTF)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luma = np.maximum((scene @ _LUMA)[..., None], 1e-6)
    return scene * luma**0.2 * 1000 / _REFERENCE_WHITE_NITS


def _hable(light: Any) -> Any:
    a, b, c, d, e, f = 0.15, 0.50, 0.10, 0.20, 0.02, 0.30
    return (light * (light * a + b * c) + d * e) / (light * (light * a + b) + d * f) - e / f
