"""How often attributes occur together in collaborations (paper, eq 13-16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse

from morning.attributes.graph import ETA, AttributeGraph, weights_of
from morning.dataset import Dataset
from morning.errors import MorningError

Multiplicity = Literal["paper", "code"]


def training_collaborations(dataset: Dataset, splits: Sequence[str] = ("train",)) -> pd.DataFrame:
    """Return the collaborations of the brands of the given splits: K of eq 13.

    The whole attribute side is fitted on these; no other brand is looked at.
    """
    accounts = dataset.accounts
    chosen = accounts["role"].eq("brand") & accounts["split"].isin(list(splits))
    pairs = dataset.collaborations
    return pairs[pairs["brand_id"].isin(accounts.loc[chosen, "account_id"])].reset_index(drop=True)


def cooccurrence(
    attributes: Mapping[str, Sequence[str]],
    collaborations: pd.DataFrame,
    multiplicity: Multiplicity = "paper",
) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Count for each pair of attributes how often they occur together in collaborations.

    Of a collaboration of brand b and influencer m, an unordered pair {s, t} of different
    attributes counts 1 if both are b's, plus 1 if both are m's, plus 1 if one is b's and the
    other m's; that it holds both ways round changes nothing (D23).

    Parameters
    ----------
    attributes : mapping of account id to attributes
        Repetitions in a list count once. An account that is not there has none.
    collaborations : DataFrame
        brand_id, influencer_id of the training collaborations only (`training_collaborations`).
    multiplicity : {"paper", "code"}
        "paper" is eq 13-16. "code" counts the pairs within the brand once per attribute of the
        influencer, as the released numbers show that the authors' program did.

    Returns
    -------
    names : tuple of str, n of them
        The attributes of these accounts, sorted.
    counts : sparse int64 matrix, shape (n, n)
        Symmetric, with an empty diagonal.
    """
    if multiplicity not in get_args(Multiplicity):
        known = ", ".join(get_args(Multiplicity))
        raise MorningError(f"multiplicity must be one of {known}, not {multiplicity}")
    brands = [attributes.get(i, ()) for i in collaborations["brand_id"]]
    influencers = [attributes.get(i, ()) for i in collaborations["influencer_id"]]
    names = tuple(sorted({name for owned in (*brands, *influencers) for name in owned}))
    B, M = _incidence(brands, names), _incidence(influencers, names)  # (K, n) of 0 and 1
    # {s, t} occurs across both ways round exactly where b and m share s and share t.
    shared = B.multiply(M).tocsr()
    within_brand = B.T @ (B.multiply(M.sum(axis=1)[:, None]) if multiplicity == "code" else B)
    counts = within_brand + M.T @ M + B.T @ M + M.T @ B - shared.T @ shared
    counts = sparse.triu(counts, k=1) + sparse.tril(counts, k=-1)
    counts = sparse.csr_array(counts, dtype=np.int64)
    counts.eliminate_zeros()
    return names, counts


def cooccurrence_graph(
    attributes: Mapping[str, Sequence[str]],
    collaborations: pd.DataFrame,
    multiplicity: Multiplicity = "paper",
    eta: float = ETA,
) -> AttributeGraph:
    """Return the graph of eq 17; an attribute that never occurs with another is left out.

    Parameters are those of `cooccurrence`, and `eta`, eq 17's scaling factor.
    """
    names, counts = cooccurrence(attributes, collaborations, multiplicity)
    return AttributeGraph(names, weights_of(counts, eta)).without_isolated()


def _incidence(lists: Sequence[Sequence[str]], names: Sequence[str]) -> sparse.csr_array:
    """Return which row's list holds which name: int64, shape (rows, names), of 0 and 1."""
    column = {name: j for j, name in enumerate(names)}
    columns = [sorted({column[name] for name in owned}) for owned in lists]
    indptr = np.cumsum([0, *map(len, columns)])
    indices = np.array([j for row in columns for j in row], dtype=np.int64)
    data = np.ones(len(indices), dtype=np.int64)
    return sparse.csr_array((data, indices, indptr), shape=(len(lists), len(names)))
