"""Headers of arrays are held against what the file has."""

import io
import zipfile

import numpy as np
import pytest
from morning.guard import DAMAGED
from morning.guard.arrays import read_array, read_arrays


def with_header(descr, shape, content=bytes(400)):
    file = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + content


BOMBS = {
    "terabytes": with_header("<f4", (10**12,)),
    "more than 64 bits": with_header("<f4", (2**62, 2**62)),
    "no bytes, a trillion times": with_header("|V0", (10**12,)),
    "no text, a trillion times": with_header("|S0", (10**6, 10**6)),
    "below zero": with_header("<f4", (-1, -5)),
    "objects": with_header("|O", (3,)),
    "records": with_header([("a", "<f4", (10**9,))], (10**9,)),
    "no characters": with_header("<U1", (1,), b"\xff\xff\xff\x7f"),
    "half a character": with_header("<U1", (1,), b"\x00\xd8\x00\x00"),
    "code": with_header("<f4", (1,)).replace(b"'<f4'", b"exit()"),
    "another version": b"\x93NUMPY\x09\x00" + bytes(100),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_refused(tmp_path, bomb):
    (tmp_path / "a.npy").write_bytes(BOMBS[bomb])
    with pytest.raises(DAMAGED):
        read_array(tmp_path / "a.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", BOMBS[bomb])
    with pytest.raises(DAMAGED):
        read_arrays(tmp_path / "a.npz")


def test_an_archive_that_unpacks_to_gigabytes(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.npy", "w") as file,
    ):
        file.write(with_header("|u1", (1 << 26,), b""))
        for _ in range(64):
            file.write(bytes(1 << 20))
    with pytest.raises(ValueError, match=r"unpacks from [\d,]+ to 67,"):
        read_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "array", [np.ones((2, 3), np.float32), np.array("x"), np.array(["é", "b"], ">U3"), np.ones(0)]
)
def test_arrays_come_back(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", a=array)
    assert np.array_equal(read_array(tmp_path / "a.npy"), array)
    assert np.array_equal(read_arrays(tmp_path / "a.npz")["a"], array)
