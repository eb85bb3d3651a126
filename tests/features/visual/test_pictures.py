"""The one guarded door for pictures."""

import logging
import struct
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from morning.features.visual import pictures
from morning.features.visual.encode import encode
from morning.features.visual.pictures import UnusablePictureError, decode
from PIL import Image, ImageCms
from toys.bombs import png_of_zeros
from toys.looks import HERE
from toys.pictures import paint

FAULTY = {
    "empty.jpg": "empty file",
    "truncated.jpg": "truncated",
    "bomb.png": "50,000,000 pixels",
    "middling.png": "more than 50,000,000 pixels (8000 × 8000)",
    "text.jpg": "unknown format",
    "page.jpg": "web page",
    "phone.heic": "HEIC (convert it to JPEG)",
    "missing.jpg": "no such file",
    "thin.png": "longer than wide",
    "folder.jpg": "no such file",
    "link.jpg": "leaves the folder",
    "drawing.eps": "unknown format",
    "nul\0.jpg": "cannot be opened",
}


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
    (folder / "page.jpg").write_text("<!DOCTYPE html><html>Log in</html>")
    (folder / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99))
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
    counted = f"{len(FAULTY)} of {len(FAULTY) + 1} pictures skipped: "
    assert counted + "2 more than 50,000,000 pixels, 2 unknown format, " in caplog.text
    assert "jpg" not in caplog.text  # names of pictures may be those of people


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
    "AVIF": ("RGB", "RGBA", "L"),
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


def test_reasons_are_counted_without_details():
    reasons = ["no such file", "cannot be decoded (a.jpg)", "no such file", "cannot be decoded (b)"]
    assert pictures.by_reason([*reasons, "no such file"]) == "3 no such file, 2 cannot be decoded"
    assert pictures.by_reason([]) == ""


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


def wide_gamut():
    """Return a colour profile of primaries that no screen has: Adobe RGB's, gamma 2.2.

    Written by hand, since Pillow makes none but sRGB; the tags are those of the ICC's
    three-component matrix-based profiles.
    """

    def s15(*values):
        return b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    def xyz(*values):
        return b"XYZ " + bytes(4) + s15(*values)

    words = "Wide".encode("utf-16-be")
    text = (
        b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words
    )
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256))
    tags = {
        b"desc": text,
        b"cprt": text,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    place, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", place + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4sI4s4s4s", place + len(body), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ "
    )
    head += bytes(12) + b"acsp" + bytes(28) + s15(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_colours_of_another_profile_become_those_of_a_screen(tmp_path, kind):
    """Adobe's (0, 255, 0) is greener than a screen can; (200, 100, 100) is a redder red on it."""
    picture = Image.new("RGB", (16, 16), (200, 100, 100))
    picture.save(tmp_path / "x", kind, icc_profile=wide_gamut(), quality=95)
    red, green, blue = np.asarray(pictures.decode(tmp_path / "x"))[8, 8].astype(int)
    assert 225 <= red <= 240
    assert 90 <= green <= 102
    assert 90 <= blue <= 102


def test_the_colours_of_a_screen_stay_as_they_are(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8), (200, 100, 50)).save(tmp_path / "x.png", icc_profile=profile)
    assert pictures.decode(tmp_path / "x.png").getpixel((0, 0)) == (200, 100, 50)


@pytest.mark.parametrize("profile", [b"damaged", b""])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "LA", "RGBA"])
def test_a_profile_that_does_not_fit_is_ignored(tmp_path, mode, profile):
    for number, bad in enumerate((profile, wide_gamut()[:200], wide_gamut())):
        Image.new(mode, (8, 8)).save(tmp_path / f"{number}.png", icc_profile=bad)
        assert pictures.decode(tmp_path / f"{number}.png").mode == "RGB"


def test_transparency_and_a_profile(tmp_path):
    picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    picture.paste((200, 100, 100, 255), (0, 0, 10, 10))
    picture.save(tmp_path / "x.png", icc_profile=wide_gamut())
    seen = np.asarray(pictures.decode(tmp_path / "x.png")).astype(int)
    assert (seen[:, 10:] == 255).all()
    assert seen[0, 0, 0] > 220


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_one_transparent_colour(tmp_path, kind):
    picture = Image.new("P", (20, 10), 0)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.paste(1, (0, 0, 10, 10))
    picture.save(tmp_path / "x", kind, transparency=0)
    seen = np.asarray(pictures.decode(tmp_path / "x"))
    assert seen[0, 0].tolist() == [255, 0, 0]
    assert seen[0, 15].tolist() == [255, 255, 255]


def test_one_bit_is_black_and_white(tmp_path):
    picture = Image.new("1", (16, 8), 0)
    picture.paste(1, (8, 0, 16, 8))
    picture.save(tmp_path / "x.png")
    seen = np.asarray(pictures.decode(tmp_path / "x.png"))
    assert seen[0, 0].tolist() == [0, 0, 0]
    assert seen[0, 12].tolist() == [255, 255, 255]


def test_numbers_with_points_are_refused_by_name(tmp_path):
    Image.new("F", (8, 8), 0.5).save(tmp_path / "x.tif")
    with pytest.raises(pictures.UnusablePictureError, match=r"TIFF \(convert it to JPEG\)"):
        pictures.decode(tmp_path / "x.tif")


def test_a_number_in_a_file_reserves_no_memory(tmp_path):
    """A chunk that says it has two thousand million bytes made the decoder ask for them."""
    path = tmp_path / "a.png"
    Image.new("RGB", (10, 10), "red").save(path)
    raw = path.read_bytes()
    at = raw.index(b"IDAT")
    path.write_bytes(raw[: at - 4] + (2**31 - 1).to_bytes(4, "big") + raw[at:])
    tracemalloc.start()
    with suppress(UnusablePictureError):
        decode(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 26
