"""Bring HDR (PQ and HLG, BT.2020) to what a page shows: SDR, BT.709 primaries, sRGB-like gamma.

Transfer functions from ITU-R BT.2100-2; the curve is John Hable's filmic one, in the form and with the constants of
ffmpeg's `tonemap=hable`, so that results can be compared with `zscale` + `tonemap`.
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
# How bright the brightest point may be, in units of reference white, where the file does not say.
_PEAK = {_PQ: 100.0, _HLG: 10.0}

# Linear BT.2020 to linear BT.709 (ITU-R BT.2087-0, equation 3).
_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
# Luminance of linear BT.2020.
_LUMA = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)


def is_hdr(frame: VideoFrame) -> bool:
    """Tell whether the frame's transfer function is PQ or HLG."""
    return frame.color_trc in _PEAK


def tone_map(pixels: NDArray[np.uint16], frame: VideoFrame) -> Image.Image:
    """Return an SDR picture from non-linear RGB `pixels` (height, width, 3; 0 to 65535) of an HDR frame."""
    signal = pixels.astype(np.float32) / np.float32(65535)
    linear = _from_pq(signal) if frame.color_trc == _PQ else _from_hlg(signal)
    linear = np.maximum(linear @ _TO_BT709.T, 0)
    brightest = np.maximum(linear.max(axis=2, keepdims=True), 1e-6)
    mapped = linear * (_hable(brightest) / _hable(np.array(_PEAK[frame.color_trc])) / brightest)
    return Image.fromarray((_to_bt709(np.clip(mapped, 0, 1)) * 255 + 0.5).astype(np.uint8))


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


def _hable(light: Light) -> Light:
    a, b, c, d, e, f = 0.15, 0.50, 0.10, 0.20, 0.02, 0.30
    return (light * (light * a + b * c) + d * e) / (light * (light * a + b) + d * f) - e / f


def _to_bt709(light: Light) -> Light:
    """Return the signal for linear light (BT.709 OETF)."""
    return np.where(light < 0.018, light * 4.5, 1.099 * np.maximum(light, 1e-9) ** 0.45 - 0.099)
