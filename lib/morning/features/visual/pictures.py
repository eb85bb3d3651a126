"""Pictures from files that nobody has vouched for."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from morning.features.visual.formats import FORMATS, HEAD, refusal

#: Files above this size are not opened, in bytes.
MAX_BYTES = 100 * 2**20
#: Pictures above this size are not decoded, in pixels.
MAX_PIXELS = 50_000_000
#: A picture may be this many times longer than wide; resizing a thinner one would fill the memory.
MAX_RATIO = 20
_SRGB = ImageCms.createProfile("sRGB")
#: A JPEG is decoded at half, a quarter or an eighth of its size as long as no side gets shorter.
SIDE = 1024


class UnusablePictureError(Exception):
    """A picture that cannot be used; the message is the reason, details in parentheses."""


def locate(image: str, root: Path) -> Path:
    """Return the file of an image path, which must lie below `root` and be of a sane size.

    Raises
    ------
    UnusablePictureError
        If there is no such file, it leaves the folder, is empty or larger than `MAX_BYTES`.
    """
    try:
        path = (root / image).resolve()
        if not path.is_relative_to(root.resolve()):
            raise UnusablePictureError("leaves the folder")
        if not path.is_file():
            raise UnusablePictureError("no such file")
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise UnusablePictureError(f"cannot be opened ({error})") from error
    if size == 0:
        raise UnusablePictureError("empty file")
    if size > MAX_BYTES:
        raise UnusablePictureError(f"larger than {MAX_BYTES:,} bytes")
    return path


def digest(path: Path) -> str:
    """Return the SHA-256 of a picture's file, in hexadecimal.

    Raises
    ------
    UnusablePictureError
        If it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusablePictureError(f"cannot be read ({error.strerror})") from error


def by_reason(reasons: Iterable[str]) -> str:
    """Return how many pictures could not be used for which reason, without details, in words."""
    kinds = Counter(reason.partition(" (")[0] for reason in reasons)
    return ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())


def decode(path: Path) -> Image.Image:
    """Read a picture as a viewer shows it: RGB, upright, its first frame, on white paper.

    Raises
    ------
    UnusablePictureError
        If it is no picture, is truncated, or is too large or too thin to be decoded.
    """
    with _opened(path, whole=True) as picture:
        picture.draft("RGB", (SIDE, SIDE))
        return _as_shown(ImageOps.exif_transpose(picture))


def check_head(path: Path) -> None:
    """Refuse a picture as `decode` would, as far as its first bytes say; nothing is decoded.

    Raises
    ------
    UnusablePictureError
        If it is no picture, or is too large or too thin to be decoded.
    """
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path, *, whole: bool = False) -> Iterator[Image.Image]:
    """Open a picture whose kind and size can be decoded; whatever goes wrong is its fault.

    What is decoded is read whole: of a file, decoders ask for as much as its numbers say.
    """
    try:
        _check_kind(path)
        source = io.BytesIO(path.read_bytes()) if whole else path
        with warnings.catch_warnings():
            # Pillow warns of what is refused below, and of odd metadata, which does not matter.
            warnings.simplefilter("ignore")
            with Image.open(source, formats=FORMATS) as picture:
                _check_size(*picture.size)
                yield picture
    except UnusablePictureError:
        raise
    except Image.DecompressionBombError as error:
        raise UnusablePictureError(f"more than {MAX_PIXELS:,} pixels") from error
    except Exception as error:  # decoders of damaged files raise nearly everything
        reason = str(error).replace(str(path), path.name)
        raise UnusablePictureError(f"cannot be decoded ({reason})") from error


def _as_shown(picture: Image.Image) -> Image.Image:
    """Return a decoded picture as RGB."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):  # 16 bits of grey, of which a screen shows the upper eight
        grey = np.asarray(picture, np.int64) // 257
        picture = Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    elif picture.has_transparency_data:
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        picture = Image.alpha_composite(paper, seen).convert("RGB")
    elif picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGB")
    return _on_screen(picture, profile) if profile else picture.convert("RGB")


def _on_screen(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture whose colours are those of `profile` in those of a screen, sRGB."""
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" not in ImageCms.getProfileDescription(own).lower():
            shown = ImageCms.profileToProfile(picture, own, _SRGB, outputMode="RGB")
            return shown or picture.convert("RGB")
    except (ImageCms.PyCMSError, OSError):  # a damaged profile, or one of other channels
        pass
    return picture.convert("RGB")


def _check_kind(path: Path) -> None:
    """Refuse what is no picture, in words that say what it is instead."""
    with open(path, "rb") as file:
        if reason := refusal(file.read(HEAD)):
            raise UnusablePictureError(reason)


def _check_size(width: int, height: int) -> None:
    """Refuse what would not fit into memory, before anything is decoded."""
    if width * height > MAX_PIXELS:
        raise UnusablePictureError(f"more than {MAX_PIXELS:,} pixels ({width} × {height})")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise UnusablePictureError(f"more than {MAX_RATIO} times longer than wide")
