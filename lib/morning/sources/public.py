"""The real benchmark, from the files that the authors of three papers released.

Split, labels, topic and attribute vectors come from the BAMIR repository, the attribute graph
from the MORNING repository; brand categories were recovered (`brand_categories.csv`). What is
not public (posts, biographies, audiences) is absent here too. Influencers get pseudonyms.
"""

from __future__ import annotations

import logging
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features import FeatureSet
from morning.features.featureset import account_table
from morning.sources.released import ReleasedFile, available, fetch, registry
from morning.sources.unpickle import load_plain

log = logging.getLogger(__name__)

_ROLES = {"brand": "brand", "influencer": "inf"}
_SPLITS = ("train", "test")
_TOPICS = "text_feature_lda.pt"
_ATTRIBUTE = "hashtag_weighted_nod2vec_0615_r1_sqrt.pt"
_IMAGE = "mor_image_feature.pt"
_COMPETENCE = ("pre_dataset_train.xlsx", "pre_dataset_test.xlsx")
_TRIPLETS = "train_label_triplet_hard13_five_samebrand.npy"
_GRAPH = {
    "edges": "attribute_graph.txt",
    "names": "co-occurrence frequencies of attribute pairs.xlsx",
    "embedding": "node2vec_embedding.txt",
}


def dataset(mirror: str | Path | None = None, *, handles: bool = False) -> Dataset:
    """Return the tables that exist: accounts with categories and split, collaborations.

    Parameters
    ----------
    mirror : path, optional
        Folder to read instead of the network; default `MORNING_MIRROR`.
    handles : bool
        Use the influencers' handles as ids instead of pseudonyms. For your eyes only. Four
        accounts are also brands: as influencers they are called `<handle> (influencer)`.

    Raises
    ------
    MorningError
        If a file is missing or altered, or the files contradict one another.
    """
    files = fetch(
        "sorted_360_brand_list.pkl",
        "sorted_3748_inf_list.pkl",
        "all_positive_tuples.pickle",
        "test_label_list.npy",
        *(f"discover_{s}_{r}_index.pickle" for s in _SPLITS for r in _ROLES.values()),
        mirror=mirror,
    )
    brands = load_plain(files["sorted_360_brand_list.pkl"])
    influencers = load_plain(files["sorted_3748_inf_list.pkl"])
    with resources.as_file(resources.files(__package__) / "brand_categories.csv") as path:
        category = pd.read_csv(path, index_col="brand")["category"]
    ids = pseudonyms(len(influencers))
    if handles:
        taken = set(brands)
        ids = [f"{m} (influencer)" if m in taken else m for m in influencers]
    split_of = {
        brands[i]: s for s in _SPLITS for i in load_plain(files[f"discover_{s}_brand_index.pickle"])
    }
    accounts = pd.DataFrame(
        {
            "account_id": [*brands, *ids],
            "role": ["brand"] * len(brands) + ["influencer"] * len(ids),
            "category": [*category.loc[brands], *[None] * len(ids)],
            "split": [*map(split_of.get, brands), *[None] * len(ids)],
        }
    )
    # 243 of the released pairs involve influencers outside the 3,748.
    id_of = dict(zip(influencers, ids, strict=True))
    released = load_plain(files["all_positive_tuples.pickle"])
    pairs = sorted((b, id_of[m]) for b, m in released if m in id_of)
    collaborations = pd.DataFrame(pairs, columns=["brand_id", "influencer_id"])
    result = Dataset(accounts=accounts, collaborations=collaborations).validate()
    _check_test_labels(files, result, brands, ids)
    return result


def load(
    mirror: str | Path | None = None, *, images: bool = False, handles: bool = False
) -> FeatureSet:
    """Return the released vectors: 19 topics and 128 attribute dimensions per account.

    The 124 influencers in both splits have two released topic vectors (0.011 apart, in the median
    of the largest difference); the test one is taken, so that testing uses the official inputs.

    Parameters
    ----------
    mirror : path, optional
        Folder to read instead of the network; default `MORNING_MIRROR`.
    images : bool
        Also load the image vectors. They are nearly one-hot, because a softmax was applied to
        sums of logits, and so no stand-in for the paper's visual-semantic vectors.
    handles : bool
        As in `dataset`.

    Raises
    ------
    MorningError
        If a file is missing or altered; if `images` and the image vectors are not there.
    """
    tables = dataset(mirror, handles=handles)
    kinds = {"content_topics": _TOPICS, "attribute": _ATTRIBUTE}
    if images:
        log.warning("the released image vectors are nearly one-hot: not the paper's eq 4-6")
        kinds = {"content_visual": _IMAGE, **kinds}
        absent = [n for n in _tensor_names(_IMAGE) if not available(n, mirror)]
        if absent:
            raise MorningError(f"the image block needs {', '.join(absent)}, absent in the mirror")
    names = [name for kind in kinds.values() for name in _tensor_names(kind)]
    indices = [f"discover_{s}_{r}_index.pickle" for s in _SPLITS for r in _ROLES.values()]
    files = fetch(*names, *indices, mirror=mirror)
    released = registry()
    return FeatureSet(
        accounts=account_table(tables),
        collaborations=tables.collaborations,
        blocks={block: _block(kind, files, tables) for block, kind in kinds.items()},
        source="public",
        made={b: _provenance([released[n] for n in _tensor_names(k)]) for b, k in kinds.items()},
    ).validate()


def brand_images(mirror: str | Path | None = None) -> dict[str, np.ndarray]:
    """Return the released image vectors of all brands, to look at and not to train on.

    Returns
    -------
    dict
        `objects`: float32 (360, 1000), `scenes`: float32 (360, 365); rows sum to one.
    """
    names = [f"{split}_brand_{_IMAGE}" for split in _SPLITS]
    files = fetch(*names, mirror=mirror)
    both = np.concatenate([_read_tensor(files[name]) for name in names])
    return {"objects": both[:, :1000], "scenes": both[:, 1000:]}


def competence(mirror: str | Path | None = None) -> pd.DataFrame:
    """Return how much each collaboration engaged people, as MIR's authors released it.

    Returns
    -------
    DataFrame
        brand_id, influencer_id (pseudonym), score: 4,209 rows, one per positive.

    Raises
    ------
    MorningError
        If a file is missing or altered.
    """
    files = fetch("sorted_3748_inf_list.pkl", *_COMPETENCE, mirror=mirror)
    influencers = load_plain(files["sorted_3748_inf_list.pkl"])
    id_of = dict(zip(influencers, pseudonyms(len(influencers)), strict=True))
    sheets = [pd.read_excel(files[name], header=None) for name in _COMPETENCE]
    table = pd.concat(sheets)[[0, 1, 2]].set_axis(["brand_id", "influencer_id", "score"], axis=1)
    # One brand stands in both of MIR's files.
    table = table.drop_duplicates(["brand_id", "influencer_id"])
    table["influencer_id"] = table["influencer_id"].map(id_of)
    return table.reset_index(drop=True)


def triplets(mirror: str | Path | None = None) -> np.ndarray:
    """Return what BAMIR is trained on: int (3, 67700), brands, partners and others.

    Row numbers as in `load`. Each of the 3,385 training collaborations stands there 20 times,
    with an influencer of another category three times in four, and with one of the brand's own
    category once.
    """
    indices = [f"discover_train_{short}_index.pickle" for short in _ROLES.values()]
    files = fetch(_TRIPLETS, "sorted_360_brand_list.pkl", *indices, mirror=mirror)
    brands, influencers = (np.asarray(load_plain(files[name])) for name in indices)
    offset = len(load_plain(files["sorted_360_brand_list.pkl"]))
    released = np.load(files[_TRIPLETS], allow_pickle=False).T  # (3, triplets)
    return np.stack([brands[released[0]], *(offset + influencers[released[1:]])])


def attribute_graph_files(mirror: str | Path | None = None) -> dict[str, Path]:
    """Return the paths of the released attribute graph: `edges`, `names` and `embedding`."""
    files = fetch(*_GRAPH.values(), mirror=mirror)
    return {key: files[name] for key, name in _GRAPH.items()}


def pseudonyms(n: int) -> list[str]:
    """Return the ids that stand for the influencers' handles, in the released sorted order."""
    return [f"influencer-{i:04d}" for i in range(1, n + 1)]


def _tensor_names(kind: str) -> list[str]:
    return [f"{s}_{r}_{kind}" for r in _ROLES.values() for s in _SPLITS]


def _read_tensor(path: Path) -> np.ndarray:
    import torch  # here alone: the tables do not wait for it

    return torch.load(path, weights_only=True).numpy()


def _block(kind: str, files: dict[str, Path], tables: Dataset) -> np.ndarray:
    """Assemble one block, rows as in `account_table`."""
    offset, block = 0, None
    for role, short in _ROLES.items():
        n = int((tables.accounts["role"] == role).sum())
        for split in _SPLITS:  # test rows last: they win
            rows = load_plain(files[f"discover_{split}_{short}_index.pickle"])
            values = _read_tensor(files[f"{split}_{short}_{kind}"]).astype(np.float32)
            if values.shape[0] != len(rows):
                raise MorningError(f"{split}_{short}_{kind}: {len(values)} rows, not {len(rows)}")
            if block is None:
                block = np.full((len(account_table(tables)), values.shape[1]), np.nan, np.float32)
            block[offset + np.asarray(rows)] = values
        offset += n
    assert block is not None
    return block


def _check_test_labels(
    files: dict[str, Path], tables: Dataset, brands: list[str], ids: list[str]
) -> None:
    """Require that the released 0/1 test labels say the same as the pair list."""
    rows = load_plain(files["discover_test_brand_index.pickle"])
    columns = load_plain(files["discover_test_inf_index.pickle"])
    labels = np.load(files["test_label_list.npy"], allow_pickle=False)
    labelled = {
        (brands[rows[i]], ids[columns[j]]) for i, j in zip(*np.nonzero(labels), strict=True)
    }
    test = {brands[i] for i in rows}
    listed = {
        pair for pair in tables.collaborations.itertuples(index=False, name=None) if pair[0] in test
    }
    if labelled != listed:
        raise MorningError("test_label_list.npy and all_positive_tuples.pickle disagree")


def _provenance(files: list[ReleasedFile]) -> dict[str, Any]:
    return {
        "method": "released vectors",
        "files": [
            {"repo": f.repo, "commit": f.commit, "path": f.path, "git_blob": f.git_blob}
            for f in files
        ],
    }
