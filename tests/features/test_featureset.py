"""The contract of a FeatureSet, in memory and on disk."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from morning.dataset import Dataset
from morning.errors import ContractError, MorningError
from morning.features import FeatureSet, featureset
from morning.features.block import BLOCKS, PERSPECTIVES
from morning.features.featureset import account_table, is_feature_set
from morning.files import read_json, sha256, write_json

Maker = Callable[..., FeatureSet]


def said(features: FeatureSet) -> list[str]:
    with pytest.raises(ContractError) as caught:
        features.validate()
    return [str(problem) for problem in caught.value.problems]


def record(folder: Path, name: str) -> None:
    """Make the manifest agree with a file that was changed on purpose."""
    manifest = read_json(folder / "manifest.json")
    manifest["files"][name] = {"sha256": sha256(folder / name)}
    write_json(folder / "manifest.json", manifest)


@pytest.fixture
def saved(tiny_features: Maker, tmp_path: Path) -> Path:
    tiny_features().save(tmp_path / "set")
    return tmp_path / "set"


class TestMemory:
    def test_the_blocks_of_the_perspectives(self):
        assert BLOCKS == (
            "content_visual",
            "content_topics",
            "audience_visual",
            "audience_topics",
            "attribute",
        )
        assert tuple(PERSPECTIVES) == ("content", "audience", "attribute")

    def test_sizes_and_perspectives(self, tiny_features: Maker):
        features = tiny_features().validate()
        assert features.sizes() == {"content_topics": 3, "attribute": 2}
        assert features.perspectives() == ("content", "attribute")

    def test_select(self, tiny_features: Maker):
        features = tiny_features()
        chosen = features.select(["attribute"])
        assert list(chosen.blocks) == list(chosen.made) == ["attribute"]
        assert chosen.blocks["attribute"] is features.blocks["attribute"]
        assert list(features.blocks) == ["content_topics", "attribute"]
        assert list(features.select(["attribute", "content_topics"]).blocks) == [*features.blocks]

    @pytest.mark.parametrize(
        ("blocks", "named"),
        [
            (["attribute", "content_visual"], "no block content_visual"),
            (["likes"], "no block likes"),
            ([], "none given"),
        ],
    )
    def test_select_what_is_not_there(self, tiny_features: Maker, blocks: list[str], named: str):
        with pytest.raises(MorningError, match=named) as caught:
            tiny_features().select(blocks)
        assert "this FeatureSet has content_topics, attribute" in str(caught.value)


def _accounts(features: FeatureSet, **columns: object) -> FeatureSet:
    features.accounts = features.accounts.assign(**columns)
    return features


def _pairs(features: FeatureSet, *pairs: tuple[str | None, str | None]) -> FeatureSet:
    more = pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])
    features.collaborations = pd.concat([features.collaborations, more], ignore_index=True)
    return features


def _block(features: FeatureSet, block: object, name: str = "attribute") -> FeatureSet:
    features.blocks = {**features.blocks, name: block}  # type: ignore[dict-item]
    return features


def _with(array: np.ndarray, row: int, column: int, value: float) -> np.ndarray:
    changed = array.copy()
    changed[row, column] = value
    return changed


_BRANDS = ["brand"] * 6
_CATEGORIES = ["auto", "food", "auto", "food", "auto"]
_ONES = np.ones((10, 2), np.float32)

#: What breaks the contract -> exactly what is said of it.
BROKEN: dict[str, tuple[Callable[[FeatureSet], FeatureSet], list[str]]] = {
    "audience": (
        lambda f: _accounts(f, role=[*_BRANDS, *["influencer"] * 3, "audience"]),
        [
            "accounts.parquet, row 9, column role: must be brand or influencer (found 'audience')",
            "collaborations.parquet, row 7, column influencer_id: must be an influencer of"
            " accounts.parquet (found 'm4')",
        ],
    ),
    "twice the same id": (
        lambda f: _accounts(f, account_id=[*f.accounts["account_id"][:8], "m4", "m4"]),
        [
            "accounts.parquet, row 9, column account_id: must be unique (found 'm4')",
            "collaborations.parquet, row 2, column influencer_id: must be an influencer of"
            " accounts.parquet (found 'm3')",
        ],
    ),
    "missing id": (
        lambda f: _accounts(f, account_id=[*f.accounts["account_id"][:8], None, "m4"]),
        [
            "accounts.parquet, row 8, column account_id: must be text and not empty (found nan)",
            "collaborations.parquet, row 2, column influencer_id: must be an influencer of"
            " accounts.parquet (found 'm3')",
        ],
    ),
    "brand without category": (
        lambda f: _accounts(f, category=[*_CATEGORIES, None, *[None] * 4]),
        ["accounts.parquet, row 5, column category: a brand needs one (found nan)"],
    ),
    "brand with an empty category": (
        lambda f: _accounts(f, category=[*_CATEGORIES, "", *[None] * 4]),
        ["accounts.parquet, row 5, column category: a brand needs one (found '')"],
    ),
    "brand with another split": (
        lambda f: _accounts(f, split=["dev", *["train"] * 5, *[None] * 4]),
        [
            "accounts.parquet, row 0, column split: of a brand must be one of train, validation,"
            " test (found 'dev')"
        ],
    ),
    "pairs": (
        lambda f: _pairs(f, ("b1", "m1"), ("m1", "b1"), (None, "m1")),
        [
            "collaborations.parquet, rows 9, 10, column brand_id: must be a brand of"
            " accounts.parquet (found 'm1', nan)",
            "collaborations.parquet, row 9, column influencer_id: must be an influencer of"
            " accounts.parquet (found 'b1')",
            "collaborations.parquet, row 8: must be unique",
        ],
    ),
    "not a number": (
        lambda f: _block(f, _with(_ONES, 7, 1, np.nan)),
        ["attribute.npy, row 7, column 1: must be finite (found nan for account 'm2')"],
    ),
    "infinite": (
        lambda f: _block(f, _with(_ONES, 0, 0, -np.inf)),
        ["attribute.npy, row 0, column 0: must be finite (found -inf for account 'b1')"],
    ),
    "one row short": (
        lambda f: _block(f, _ONES[:9]),
        ["attribute.npy: must have one row per row of accounts.parquet, 10 (found 9)"],
    ),
    "too long, and not finite there": (
        lambda f: _block(f, _with(np.ones((11, 2), np.float32), 10, 1, np.nan)),
        [
            "attribute.npy: must have one row per row of accounts.parquet, 10 (found 11)",
            "attribute.npy, row 10, column 1: must be finite (found nan for account '?')",
        ],
    ),
    "float64": (
        lambda f: _block(f, _ONES.astype(float)),
        ["attribute.npy: must be float32 (found float64)"],
    ),
    "one dimension": (
        lambda f: _block(f, np.ones(10, np.float32)),
        ["attribute.npy: must have two dimensions and at least one column (found (10,))"],
    ),
    "no columns": (
        lambda f: _block(f, np.ones((10, 0), np.float32)),
        ["attribute.npy: must have two dimensions and at least one column (found (10, 0))"],
    ),
    "a list": (
        lambda f: _block(f, [[1.0, 1.0]] * 10),
        ["attribute.npy: must be a NumPy array (found list)"],
    ),
    "unknown block": (
        lambda f: _block(f, _ONES, "likes"),
        [f"likes.npy: unknown block; known are {', '.join(BLOCKS)}"],
    ),
    "several at once": (
        lambda f: _block(_accounts(f, split=["dev", *["train"] * 5, *[None] * 4]), _ONES[:3]),
        [
            "accounts.parquet, row 0, column split: of a brand must be one of train, validation,"
            " test (found 'dev')",
            "attribute.npy: must have one row per row of accounts.parquet, 10 (found 3)",
        ],
    ),
}


class TestContract:
    @pytest.mark.parametrize("case", BROKEN)
    def test_says_exactly_what_is_wrong(self, tiny_features: Maker, case: str):
        spoil, expected = BROKEN[case]
        assert said(spoil(tiny_features())) == expected

    def test_numbers_are_no_ids(self, tiny_features: Maker):
        problems = said(_accounts(tiny_features(), account_id=range(10)))
        assert problems[0].startswith("accounts.parquet, rows 0, 1, 2, 3, 4, … (10 in all)")

    def test_no_block_at_all(self, tiny_features: Maker):
        assert said(tiny_features(blocks={})) == [
            f"FeatureSet: needs at least one of {', '.join(BLOCKS)}"
        ]

    def test_a_brand_without_partners(self, tiny_features: Maker):
        features = tiny_features()
        features.collaborations = features.collaborations.iloc[1:]
        assert said(features) == [
            "accounts.parquet, row 0, column account_id: a brand needs at least one collaboration"
            " (found 'b1')"
        ]

    def test_missing_columns(self, tiny_features: Maker):
        features = tiny_features()
        features.accounts = features.accounts.drop(columns=["split", "role"])
        assert said(features) == [
            "accounts.parquet, column role: this column is required",
            "accounts.parquet, column split: this column is required",
        ]

    @pytest.mark.parametrize("dtype", ["string", "category", object])
    def test_other_text_columns_will_do(self, tiny_features: Maker, dtype: object):
        features = tiny_features()
        features.accounts = features.accounts.astype(dtype)
        features.collaborations = features.collaborations.astype(dtype)
        features.validate()
        assert features.brands("test").tolist() == [4, 5]


class TestDisk:
    def test_round_trip(self, tiny_features: Maker, saved: Path):
        features, loaded = tiny_features(), FeatureSet.load(saved)
        assert loaded.accounts["account_id"].tolist() == features.accounts["account_id"].tolist()
        pd.testing.assert_frame_equal(loaded.collaborations, features.collaborations)
        assert list(loaded.blocks) == list(features.blocks)
        for name, block in features.blocks.items():
            np.testing.assert_array_equal(loaded.blocks[name], block)
            assert loaded.blocks[name].dtype == np.float32
        assert (loaded.source, loaded.made) == (features.source, features.made)

    def test_blocks_can_be_written_to(self, saved: Path):
        block = FeatureSet.load(saved).blocks["attribute"]
        block[0, 0] = 7
        assert type(block) is np.ndarray
        assert FeatureSet.load(saved).blocks["attribute"][0, 0] != 7

    def test_what_is_larger_than_memory_stays_on_disk(
        self, tiny_features: Maker, saved: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(featureset, "IN_MEMORY", 0)
        monkeypatch.setattr(featureset, "_ROWS", 3)
        loaded = FeatureSet.load(saved)
        for name, block in tiny_features().blocks.items():
            assert isinstance(loaded.blocks[name], np.memmap)
            np.testing.assert_array_equal(loaded.blocks[name], block)
        x = tiny_features().blocks["attribute"].copy()
        x[7, 1] = np.nan
        np.save(saved / "attribute.npy", x)
        with pytest.raises(ContractError, match=r"row 7, column 1: must be finite"):
            FeatureSet.load(saved)

    def test_the_manifest(self, saved: Path):
        manifest = read_json(saved / "manifest.json")
        assert manifest["source"] == "tiny"
        assert sorted(manifest["files"]) == [
            "accounts.parquet",
            "attribute.npy",
            "collaborations.parquet",
            "content_topics.npy",
        ]
        for name, entry in manifest["files"].items():
            assert entry["sha256"] == sha256(saved / name)
            assert entry["bytes"] == (saved / name).stat().st_size
        assert manifest["files"]["attribute.npy"]["shape"] == [10, 2]

    def test_only_the_columns_of_the_contract_are_stored(self, tiny_features: Maker, saved: Path):
        features = tiny_features()
        _accounts(features, biography="private").save(saved)
        stored = pd.read_parquet(saved / "accounts.parquet").columns
        assert list(stored) == ["account_id", "role", "category", "split"]

    def test_saving_replaces_all_of_an_old_set(self, tiny_features: Maker, saved: Path):
        tiny_features().select(["attribute"]).save(saved)
        assert not (saved / "content_topics.npy").exists()
        assert list(FeatureSet.load(saved).blocks) == ["attribute"]

    def test_saving_the_same_twice_gives_the_same_bytes(self, tiny_features: Maker, saved: Path):
        before = {path.name: path.read_bytes() for path in saved.iterdir()}
        tiny_features().save(saved)
        assert {path.name: path.read_bytes() for path in saved.iterdir()} == before

    def test_saving_never_replaces_something_else(self, tiny_features: Maker, tmp_path: Path):
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter1.tex").touch()
        with pytest.raises(MorningError, match="holds other files"):
            tiny_features().save(tmp_path / "thesis")
        assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter1.tex"]

    def test_a_broken_set_is_not_saved(self, tiny_features: Maker, tmp_path: Path):
        with pytest.raises(ContractError):
            _block(tiny_features(), _ONES[:3]).save(tmp_path / "set")
        assert list(tmp_path.iterdir()) == []

    def test_fortran_order_survives(self, tiny_features: Maker, tmp_path: Path):
        block = np.asfortranarray(np.arange(20, dtype=np.float32).reshape(10, 2))
        _block(tiny_features(), block).save(tmp_path / "set")
        np.testing.assert_array_equal(FeatureSet.load(tmp_path / "set").blocks["attribute"], block)

    @pytest.mark.parametrize("name", ["accounts", "collaborations"])
    def test_a_table_is_missing(self, saved: Path, name: str):
        (saved / f"{name}.parquet").unlink()
        with pytest.raises(MorningError, match=rf"no {name}\.parquet; is it a FeatureSet"):
            FeatureSet.load(saved)

    def test_there_is_no_folder(self, tmp_path: Path):
        with pytest.raises(MorningError, match="is it a FeatureSet folder"):
            FeatureSet.load(tmp_path / "nowhere")

    def test_a_truncated_table(self, saved: Path):
        path = saved / "accounts.parquet"
        path.write_bytes(path.read_bytes()[:-20])
        with pytest.raises(MorningError, match="cannot be read as Parquet"):
            FeatureSet.load(saved)

    def test_every_changed_byte_of_a_block_is_noticed(self, saved: Path):
        path = saved / "attribute.npy"
        raw = bytearray(path.read_bytes())
        raw[-1] ^= 1
        path.write_bytes(raw)
        with pytest.raises(ContractError, match=r"attribute\.npy: must have the SHA-256"):
            FeatureSet.load(saved)

    def test_files_and_manifest_must_be_the_same_ones(self, saved: Path):
        (saved / "attribute.npy").rename(saved / "audience_topics.npy")
        with pytest.raises(ContractError) as caught:
            FeatureSet.load(saved)
        assert [str(problem) for problem in caught.value.problems] == [
            "audience_topics.npy: is in the folder but not in the manifest",
            "attribute.npy: is in the manifest but not in the folder",
        ]

    def test_the_manifest_may_name_what_no_file_can_be_called(self, saved: Path):
        manifest = read_json(saved / "manifest.json")
        manifest["files"]["x" * 5000] = {"sha256": "0"}
        write_json(saved / "manifest.json", manifest)
        with pytest.raises(ContractError, match="is in the manifest but not in the folder"):
            FeatureSet.load(saved)

    def test_the_manifest_cannot_point_outside(self, saved: Path):
        manifest = read_json(saved / "manifest.json")
        manifest["files"]["../secret"] = {"sha256": "0"}
        write_json(saved / "manifest.json", manifest)
        with pytest.raises(ContractError, match="must name files of this folder"):
            FeatureSet.load(saved)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "null",
            "{}",
            '{"files": []}',
            '{"files": {"attribute.npy": "0"}}',
            '{"files": {"attribute.npy": {}}}',
            '{"files": {}, "made": "by hand"}',
            '{"files": {}, "made": null}',
            '{"files": {}, "made": {"attribute": "by hand"}}',
            "[" * 100_000,
            "\udcff",
        ],
        ids=range(13),
    )
    def test_a_broken_manifest(self, saved: Path, text: str):
        raw = text.encode("utf-8", "surrogateescape")
        (saved / "manifest.json").write_bytes(raw)
        with pytest.raises(ContractError, match=r"manifest\.json: cannot be read"):
            FeatureSet.load(saved)

    def test_without_a_manifest_it_loads_and_says_so(
        self, saved: Path, caplog: pytest.LogCaptureFixture
    ):
        (saved / "manifest.json").unlink()
        assert FeatureSet.load(saved).source == "unknown"
        assert "nothing says where these vectors come from" in caplog.text

    def test_a_pickle_is_not_executed(self, saved: Path, tmp_path: Path):
        class Trap:
            def __reduce__(self):
                return Path.touch, (tmp_path / "executed",)

        path = saved / "attribute.npy"
        np.save(path, np.array([Trap()]), allow_pickle=True)
        record(saved, path.name)
        with pytest.raises(ContractError, match="cannot be read as a NumPy array"):
            FeatureSet.load(saved)
        path.write_bytes(pickle.dumps(Trap()))
        record(saved, path.name)
        with pytest.raises(ContractError, match="cannot be read as a NumPy array"):
            FeatureSet.load(saved)
        assert not (tmp_path / "executed").exists()

    def test_a_header_that_claims_terabytes(self, saved: Path):
        header = {"descr": "<f4", "fortran_order": False, "shape": (10**12, 2)}
        with open(saved / "attribute.npy", "wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            file.write(bytes(80))
        record(saved, "attribute.npy")
        with pytest.raises(ContractError, match="cannot be read as a NumPy array"):
            FeatureSet.load(saved)

    def test_an_archive_of_arrays(self, saved: Path):
        with open(saved / "attribute.npy", "wb") as file:
            np.savez(file, attribute=_ONES)
        record(saved, "attribute.npy")
        with pytest.raises(ContractError, match="cannot be read as a NumPy array"):
            FeatureSet.load(saved)

    @settings(max_examples=60)
    @given(position=st.integers(0, 127), value=st.integers(0, 255))
    def test_any_damaged_header_is_refused_or_harmless(
        self, tmp_path_factory: pytest.TempPathFactory, position: int, value: int
    ):
        folder = tmp_path_factory.mktemp("damaged") / "set"
        accounts = pd.DataFrame(
            {
                "account_id": ["b", "m"],
                "role": ["brand", "influencer"],
                "category": ["c", None],
                "split": ["train", None],
            }
        )
        pairs = pd.DataFrame({"brand_id": ["b"], "influencer_id": ["m"]})
        block = np.arange(6, dtype=np.float32).reshape(2, 3)
        FeatureSet(accounts, pairs, {"attribute": block}).save(folder)
        path = folder / "attribute.npy"
        raw = bytearray(path.read_bytes())
        raw[position] = value
        path.write_bytes(raw)
        (folder / "manifest.json").unlink()
        try:
            loaded = FeatureSet.load(folder)
        except ContractError:
            return
        assert loaded.blocks["attribute"].shape[0] == 2
        assert np.isfinite(loaded.blocks["attribute"]).all()

    def test_empty_tables(self, tiny_features: Maker, tmp_path: Path):
        features = tiny_features()
        nobody = FeatureSet(
            features.accounts.iloc[:0],
            features.collaborations.iloc[:0],
            {"attribute": np.ones((0, 2), np.float32)},
        )
        nobody.save(tmp_path / "set")
        assert FeatureSet.load(tmp_path / "set").blocks["attribute"].shape == (0, 2)


@settings(max_examples=25)
@given(
    blocks=st.dictionaries(
        st.sampled_from(BLOCKS),
        st.integers(1, 5).flatmap(
            lambda columns: hnp.arrays(
                np.float32,
                (3, columns),
                elements=st.floats(-(2.0**120), 2.0**120, width=32),
            )
        ),
        min_size=1,
    ),
    made=st.dictionaries(
        st.sampled_from(BLOCKS), st.dictionaries(st.text("aä\n'\"\\"), st.integers())
    ),
)
def test_any_valid_set_survives_the_disk(
    tmp_path_factory: pytest.TempPathFactory,
    blocks: dict[str, np.ndarray],
    made: dict[str, dict[str, int]],
):
    accounts = pd.DataFrame(
        {
            "account_id": ["b", "m", "ä'\"\n"],
            "role": ["brand", "influencer", "influencer"],
            "category": ["c", None, None],
            "split": ["test", None, None],
        }
    )
    pairs = pd.DataFrame({"brand_id": ["b"], "influencer_id": ["m"]})
    folder = tmp_path_factory.mktemp("any") / "set"
    FeatureSet(accounts, pairs, blocks, "drawn", made).save(folder)
    loaded = FeatureSet.load(folder)
    assert loaded.accounts["account_id"].tolist() == accounts["account_id"].tolist()
    assert set(loaded.blocks) == set(blocks)
    assert list(loaded.blocks) == [name for name in BLOCKS if name in blocks]
    for name, block in blocks.items():
        assert loaded.blocks[name].tobytes() == block.tobytes()
    assert loaded.made == made


def test_what_looks_like_a_feature_set(saved: Path, tmp_path: Path):
    assert is_feature_set(saved)
    (saved / "manifest.json").unlink()
    assert is_feature_set(saved)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "accounts.parquet").touch()
    assert not is_feature_set(tmp_path / "other")
    assert not is_feature_set(tmp_path / "nowhere")


def test_accounts_of_a_dataset():
    accounts = pd.DataFrame(
        {
            "account_id": ["m1", "b1", "a1", "m2", "b2"],
            "role": ["influencer", "brand", "audience", "influencer", "brand"],
            "category": [None, "auto", None, None, "food"],
            "split": [None, "train", None, None, "test"],
        }
    )
    table = account_table(Dataset(accounts=accounts, collaborations=pd.DataFrame()))
    assert table["account_id"].tolist() == ["b1", "b2", "m1", "m2"]
    assert list(table.columns) == ["account_id", "role", "category", "split"]
    assert table.index.tolist() == [0, 1, 2, 3]


def test_the_manifest_is_plain_json(saved: Path):
    json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
