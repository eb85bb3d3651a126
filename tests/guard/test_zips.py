"""Archives that unpack to more than anybody packs."""

import zipfile

import pytest
from morning.guard.zips import most_unpacked, require_sane


def test_many_members(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for k in range(10_001):
            archive.writestr(str(k), b"")
    with pytest.raises(ValueError, match="10,001 parts"):
        require_sane(tmp_path / "a.zip")


def test_what_is_packed_well_is_fine(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(10_000_000))
    require_sane(tmp_path / "a.zip")


def test_no_size_unpacks_to_more_than_a_file_may_have():
    assert most_unpacked(0) == 1 << 24
    assert most_unpacked(1_000_000) == 200_000_000
    assert most_unpacked(1 << 40) == 1 << 30
