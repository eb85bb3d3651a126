"""The real benchmark, read from the released files: every fact that the specification counts."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from morning.dataset import SPLITS, Dataset
from morning.errors import MorningError
from morning.evaluation.overlap import count_overlap
from morning.features import FeatureSet
from morning.sources import load, public
from morning.sources.released import ReleasedFile, fetch, registry
from morning.sources.unpickle import load_plain

pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def tables(mirror: Path) -> Dataset:
    return public.dataset(mirror)


@pytest.fixture(scope="module")
def features(mirror: Path) -> FeatureSet:
    return public.load(mirror)


@pytest.fixture
def copy(mirror: Path, tmp_path: Path) -> Path:
    """Make a mirror of links, each of which a test may replace by a file of its own."""
    for file in registry().values():
        if (source := file.below(mirror)).is_file():
            target = file.below(tmp_path / "mirror")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source.resolve())
    return tmp_path / "mirror"


def spoil(mirror: Path, name: str, content: bytes) -> None:
    path = registry()[name].below(mirror)
    path.unlink()
    path.write_bytes(content)


class TestTables:
    def test_how_many_there_are(self, tables: Dataset):
        assert len(tables.brands()) == 360
        assert len(tables.influencers()) == 3_748
        assert len(tables.collaborations) == 4_209
        assert len(tables.posts) == len(tables.audiences) == 0

    def test_the_split(self, tables: Dataset):
        train, test = tables.brands("train"), tables.brands("test")
        everyone = tables.influencers()
        in_train, in_test = tables.positives(train, everyone), tables.positives(test, everyone)
        assert (len(train), len(test)) == (286, 74)
        assert (in_train.sum(), in_test.sum()) == (3_385, 824)
        assert (in_train.any(axis=0).sum(), in_test.any(axis=0).sum()) == (3_075, 797)
        per_brand = in_train.sum(axis=1)
        assert (per_brand.min(), np.median(per_brand), per_brand.max()) == (1, 12, 39)
        per_brand = in_test.sum(axis=1)
        assert (per_brand.min(), np.median(per_brand), per_brand.max()) == (3, 11, 31)

    def test_what_is_on_both_sides(self, tables: Dataset):
        assert count_overlap(tables) == {
            "influencers_both": 124,
            "multi_brand": 344,
            "test_positives": 824,
            "seen": 146,
            "seen_same_category": 118,
        }

    def test_categories(self, tables: Dataset):
        brands = tables.accounts[tables.accounts["role"] == "brand"]
        assert (brands["category"].value_counts() == 30).all()
        assert brands["category"].nunique() == 12
        tested = brands[brands["split"] == "test"]["category"].value_counts().to_dict()
        assert tested.pop("airline") == tested.pop("auto") == 7
        assert set(tested.values()) == {6}
        assert len(tested) == 10

    def test_influencers_have_pseudonyms(self, tables: Dataset, mirror: Path):
        ids = tables.accounts["account_id"][tables.influencers()].tolist()
        assert ids[0] == "influencer-0001"
        assert ids[-1] == "influencer-3748"
        assert ids == public.pseudonyms(3_748)
        path = fetch("sorted_3748_inf_list.pkl", mirror=mirror)["sorted_3748_inf_list.pkl"]
        handles = set(load_plain(path))
        brands = set(tables.accounts["account_id"][tables.brands()])
        text = {
            value
            for table in tables.tables().values()
            for column in table.select_dtypes("str")
            for value in table[column].dropna()
        }
        assert (handles - brands).isdisjoint(text)

    def test_handles_for_your_eyes_only(self, tables: Dataset, mirror: Path):
        named = public.dataset(mirror, handles=True)
        path = fetch("sorted_3748_inf_list.pkl", mirror=mirror)["sorted_3748_inf_list.pkl"]
        released = load_plain(path)
        ids = named.accounts["account_id"][named.influencers()]
        assert [name.removesuffix(" (influencer)") for name in ids] == released
        assert ids.str.endswith(" (influencer)").sum() == 4  # accounts that are also brands
        everyone = tables.influencers()
        np.testing.assert_array_equal(
            named.positives(named.brands(), everyone), tables.positives(tables.brands(), everyone)
        )


class TestVectors:
    def test_sizes(self, features: FeatureSet, tables: Dataset):
        assert features.sizes() == {"content_topics": 19, "attribute": 128}
        assert len(features) == 4_108
        assert features.source == "public"
        assert features.accounts["account_id"].tolist() == tables.accounts["account_id"].tolist()
        np.testing.assert_allclose(features.blocks["content_topics"].sum(axis=1), 1, atol=1e-3)

    @pytest.mark.parametrize(
        ("block", "kind"),
        [
            ("content_topics", "text_feature_lda.pt"),
            ("attribute", "hashtag_weighted_nod2vec_0615_r1_sqrt.pt"),
        ],
    )
    @pytest.mark.parametrize(("short", "offset"), [("brand", 0), ("inf", 360)])
    def test_rows_belong_to_their_accounts(
        self, features: FeatureSet, mirror: Path, block: str, kind: str, short: str, offset: int
    ):
        row_of: dict[int, np.ndarray] = {}
        for split in ("train", "test"):  # where an influencer is in both, testing wins
            index, vectors = f"discover_{split}_{short}_index.pickle", f"{split}_{short}_{kind}"
            files = fetch(index, vectors, mirror=mirror)
            tensor = torch.load(files[vectors], weights_only=True).numpy()
            row_of |= dict(zip(load_plain(files[index]), tensor, strict=True))
        assert sorted(row_of) == list(range(len(row_of)))
        expected = np.stack([row_of[i] for i in sorted(row_of)]).astype(np.float32)
        found = features.blocks[block][offset : offset + len(expected)]
        np.testing.assert_array_equal(found, expected)

    def test_where_the_vectors_come_from(self, features: FeatureSet):
        for how in features.made.values():
            assert len(how["files"]) == 4
            for file in how["files"]:
                assert len(file["git_blob"]) == len(file["commit"]) == 40

    def test_the_image_block_is_refused_with_what_is_missing(self, mirror: Path, copy: Path):
        absent = ["train_inf_mor_image_feature.pt", "test_inf_mor_image_feature.pt"]
        for name in absent:
            registry()[name].below(copy).unlink(missing_ok=True)
        with pytest.raises(MorningError, match="the image block needs") as caught:
            public.load(copy, images=True)
        assert all(name in str(caught.value) for name in absent)
        assert "brand" not in str(caught.value)

    def test_brand_images(self, mirror: Path):
        images = public.brand_images(mirror)
        assert images["objects"].shape == (360, 1_000)
        assert images["scenes"].shape == (360, 365)
        for half in images.values():
            np.testing.assert_allclose(half.sum(axis=1), 1, atol=1e-3)

    def test_a_set_survives_the_disk(self, features: FeatureSet, tmp_path: Path):
        features.save(tmp_path / "set")
        loaded = FeatureSet.load(tmp_path / "set")
        for name, block in features.blocks.items():
            np.testing.assert_array_equal(loaded.blocks[name], block)


class TestAltered:
    def test_one_bit_of_a_file(self, copy: Path):
        file = registry()["test_label_list.npy"]
        raw = bytearray(file.below(copy).read_bytes())
        raw[-1] ^= 1
        spoil(copy, file.name, bytes(raw))
        with pytest.raises(MorningError, match=rf"expected {file.sha256}"):
            public.dataset(copy)

    @pytest.mark.parametrize("cell", [(0, 0), (73, 796)])
    def test_labels_that_contradict_the_pairs(
        self, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: tuple[int, int]
    ):
        monkeypatch.setattr(ReleasedFile, "verify", lambda *_: None)
        name = "test_label_list.npy"
        labels = np.load(registry()[name].below(copy))
        assert labels.shape == (74, 797)
        labels[cell] = 1 - labels[cell]
        np.save(tmp_path / "altered.npy", labels)
        spoil(copy, name, (tmp_path / "altered.npy").read_bytes())
        with pytest.raises(MorningError, match=r"test_label_list\.npy and all_positive_tuples"):
            public.dataset(copy)

    def test_a_vector_file_with_too_few_rows(self, copy: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(ReleasedFile, "verify", lambda *_: None)
        name = "test_brand_text_feature_lda.pt"
        path = registry()[name].below(copy)
        rows = torch.load(path, weights_only=True)[:-1].clone()
        path.unlink()
        torch.save(rows, path)
        with pytest.raises(MorningError, match=f"{name}: 73 rows, not 74"):
            public.load(copy)

    def test_a_tensor_file_with_code(
        self, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        class Trap:
            def __reduce__(self) -> tuple:
                return os.mkdir, (str(tmp_path / "executed"),)

        monkeypatch.setattr(ReleasedFile, "verify", lambda *_: None)
        path = registry()["test_brand_text_feature_lda.pt"].below(copy)
        path.unlink()
        torch.save(Trap(), path)
        with pytest.raises(Exception, match="Weights only load failed"):
            public.load(copy)
        assert not (tmp_path / "executed").exists()


def test_the_source_of_that_name(
    mirror: Path, features: FeatureSet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MORNING_MIRROR", str(mirror))
    source = load("public")
    assert source.name == "public"
    assert source.features is not None
    assert source.features.sizes() == features.sizes()
    assert len(source.dataset.accounts) == 4_108
    for roster in (source.dataset, source.features):
        assert [len(roster.brands(split)) for split in SPLITS] == [258, 28, 74]
    held = source.features.brands("validation")
    assert source.dataset.validate().brands("validation").tolist() == held.tolist()


def test_the_attribute_graph(mirror: Path):
    files = public.attribute_graph_files(mirror)
    assert {key: path.suffix for key, path in files.items()} == {
        "edges": ".txt",
        "names": ".xlsx",
        "embedding": ".txt",
    }
