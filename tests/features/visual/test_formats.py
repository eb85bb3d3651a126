"""What a file is, by its first bytes."""

import io

import pytest
from morning.features.visual.formats import FORMATS, HEAD, format_of, refusal
from PIL import Image


def brands(major, *more):
    body = b"ftyp" + major + bytes(4) + b"".join(more)
    return (len(body) + 4).to_bytes(4, "big") + body + b"rest of the file"


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_read_is_recognised(kind):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)
    assert format_of(file.getvalue()[:HEAD]) == kind
    assert refusal(file.getvalue()[:HEAD]) == ""


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (brands(b"heic", b"mif1", b"heic"), "HEIC (convert it to JPEG)"),
        (brands(b"mif1", b"mif1", b"heic"), "HEIC (convert it to JPEG)"),
        (brands(b"isom", b"isom", b"mp41"), "video (no picture)"),
        (b"\x1aE\xdf\xa3\x01\x00", "video (no picture)"),
        (b"II*\0\x08\0", "TIFF (convert it to JPEG)"),
        (b"<!DOCTYPE html><html>", "web page (no picture)"),
        (b"\xef\xbb\xbf\n  <HTML lang='de'>", "web page (no picture)"),
        (b"<?xml version='1.0'?><svg/>", "web page (no picture)"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "unknown format (none of JPEG, PNG, WEBP, GIF, BMP, AVIF)"),
        (b'{"error": "expired"}', "unknown format (none of JPEG, PNG, WEBP, GIF, BMP, AVIF)"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "unknown format (none of JPEG, PNG, WEBP, GIF, BMP, AVIF)"),
        (b"", "unknown format (none of JPEG, PNG, WEBP, GIF, BMP, AVIF)"),
    ],
)
def test_what_is_not_read_is_called_by_its_name(head, reason):
    assert refusal(head[:HEAD]) == reason


def test_avif_is_known_by_any_of_its_brands():
    assert format_of(brands(b"mif1", b"mif1", b"avif")) == "AVIF"
    assert format_of(brands(b"avis", b"msf1")) == "AVIF"
    assert format_of(brands(b"isom", b"miaf", b"xavif")[:HEAD]) == "video"  # not where one stands
