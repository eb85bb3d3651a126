"""The one guarded door for pictures."""

import logging
import struct
import zlib

import numpy as np
import pytest
from morning.features.visual import pictures
from morning.features.visual.encode import encode
from PIL import Image
from toys.looks import HERE
from toys.pictures import paint

FAULTY = {
    "empty.jpg": "empty file",
    "truncated.jpg": "truncated",
    "bomb.png": "50,000,000 pixels",
    "middling.png": "more than 50,000,000 pixels (8000 × 8000)",
    "text.jpg": "cannot be decoded",
    "missing.jpg": "no such file",
    "thin.png": "longer than wide",
    "folder.jpg": "no such file",
    "link.jpg": "leaves the folder",
    "drawing.eps": "cannot be decoded",
    "nul\0.jpg": "cannot be opened",
}


def png_of_zeros(width, height):
    """A PNG of one grey level: a large picture in a small file, written without decoding it."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(width + 1)) for _ in range(height)) + rows.flush()
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def faulty(folder):
    """Write every fault of `FAULTY`; return their names."""
    (folder / "empty.jpg").touch()
    paint(folder, "truncated.jpg", (9, 9, 9), (200, 200))
    content = (folder / "truncated.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(content[: len(content) // 2])
    (folder / "bomb.png").write_bytes(png_of_zeros(20_000, 20_000))
    assert (folder / "bomb.png").stat().st_size < 2**20
    (folder / "middling.png").write_bytes(png_of_zeros(8_000, 8_000))
    (folder / "text.jpg").write_text("this is not a picture")
    paint(folder, "thin.png", (1, 1, 1), (210, 10))
    (folder / "folder.jpg").mkdir()
    outside = folder.parent / f"{folder.name}-outside.png"
    paint(outside.parent, outside.name, (1, 2, 3))
    (folder / "link.jpg").symlink_to(outside)
    (folder / "drawing.eps").write_text(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    )
    return list(FAULTY)


def test_every_fault_is_skipped_counted_and_listed(tmp_path, objects, scenes, caplog):
    folder = tmp_path / "images"
    folder.mkdir()
    names = [*faulty(folder), paint(folder, "good.png", (51, 102, 102))]
    with caplog.at_level(logging.WARNING):
        encoded = encode(names, folder, objects, scenes, tmp_path / "cache", HERE)
    reasons = dict(encoded.skipped)
    assert list(reasons) == list(FAULTY)
    for name, reason in FAULTY.items():
        assert reason in reasons[name], name
        assert str(tmp_path) not in reasons[name]
    assert encoded.row_of == {"good.png": 0}
    expected = [[0.2, 0.4, 0.4]]
    np.testing.assert_allclose(encoded.objects.toarray(), expected, rtol=1e-5)
    assert f"{len(FAULTY)} of {len(FAULTY) + 1} pictures skipped" in caplog.text


def test_files_that_are_too_large_are_not_opened(tmp_path, monkeypatch):
    paint(tmp_path, "a.png", (1, 2, 3))
    monkeypatch.setattr(pictures, "MAX_BYTES", 10)
    with pytest.raises(pictures.UnusablePictureError, match="larger than 10 bytes"):
        pictures.locate("a.png", tmp_path)


KINDS = {
    "JPEG": ("RGB", "L", "CMYK", "1"),
    "MPO": ("RGB",),
    "PNG": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"),
    "GIF": ("RGB", "RGBA", "L", "LA", "P", "1"),
    "WEBP": ("RGB", "RGBA", "L"),
    "BMP": ("RGB", "RGBA", "L", "P", "1"),
}


@pytest.mark.parametrize(("kind", "mode"), [(k, m) for k, modes in KINDS.items() for m in modes])
def test_pictures_of_every_kind_become_rgb(tmp_path, kind, mode):
    Image.new(mode, (30, 20)).save(tmp_path / "x", kind)
    picture = pictures.decode(tmp_path / "x")
    assert picture.mode == "RGB"
    assert picture.size == (30, 20)


def test_a_large_jpeg_is_decoded_at_a_fraction_of_its_size(tmp_path):
    paint(tmp_path, "large.jpg", (200, 100, 50), (4400, 4200))
    picture = pictures.decode(tmp_path / "large.jpg")
    assert picture.size == (1100, 1050)
    np.testing.assert_allclose(picture.getpixel((500, 500)), (200, 100, 50), atol=2)


def test_a_picture_taken_sideways_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(tmp_path / "x.jpg", exif=exif)
    assert pictures.decode(tmp_path / "x.jpg").size == (20, 30)


def test_sixteen_bits_of_grey_are_a_ramp(tmp_path):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(16, axis=0)
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    seen = np.asarray(pictures.decode(tmp_path / "ramp.png"))[0, :, 0].astype(int)
    assert abs(seen - np.arange(256)).max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_seen_on_white(tmp_path, mode):
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (0, 0, 10, 10))
    picture.convert(mode).save(tmp_path / "logo.png")
    seen = np.asarray(pictures.decode(tmp_path / "logo.png"))
    assert (seen[:, 10:] == 255).all()
    assert seen[0, 0, 1] < 100


def test_an_animation_is_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert np.asarray(pictures.decode(tmp_path / "a.gif"))[0, 0].tolist() in (
        [254, 0, 0],
        [255, 0, 0],
    )


def test_printing_colours_become_those_of_a_screen(tmp_path):
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    red, green, blue = np.asarray(pictures.decode(tmp_path / "print.jpg"))[0, 0].tolist()
    assert red > 240
    assert max(green, blue) < 15
