"""What ffmpeg's own chain makes of an HDR frame, and how far apart two pictures are to an eye."""

import io
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image

# As ffmpeg's documentation of zscale and tonemap puts them together.
_CHAIN = (
    "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,"
    "zscale=t=bt709:m=bt709:r=tv,format=yuv444p,scale=in_color_matrix=bt709:flags=accurate_rnd,format=rgb24"
)
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_D65 = np.array([0.95047, 1.0, 1.08883])


def reference_picture(path: Path) -> Image.Image:
    """Return the first frame of an HDR video as ffmpeg's zscale and tonemap filters make it SDR."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-vf", _CHAIN, "-frames:v", "1"]
    done = subprocess.run([*command, "-f", "image2pipe", "-c:v", "png", "-"], capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def delta_e(image: Image.Image, other: Image.Image) -> NDArray[np.float64]:
    """Return the colour difference of each pixel (CIE76: distance in CIELAB; 2.3 can just be seen)."""
    distance: NDArray[np.float64] = np.sqrt(((_lab(image) - _lab(other)) ** 2).sum(axis=2))
    return distance


def _lab(image: Image.Image) -> NDArray[np.float64]:
    signal = np.asarray(image, dtype=np.float64) / 255
    light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    xyz = light @ _TO_XYZ.T / _D65
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=2)
