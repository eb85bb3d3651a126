"""Attributes beside the biographies that they were found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from morning.attributes.graph import AttributeGraph, counts_of
from morning.dataset import Dataset
from morning.report.names import Names
from morning.report.tables.style import Shown, in_words, without_index, written


def attribute_examples(
    dataset: Dataset, lists: Mapping[str, Sequence[str]], n: int = 8
) -> Shown | None:
    """Return biographies beside the attributes found in them; None where none were found.

    Influencers have their pseudonyms, which generated data have already.

    Parameters
    ----------
    dataset : Dataset
    lists : mapping of account id to sequence of str
        Attributes of each account.
    n : int
        Half as many brands, and half as many influencers.
    """
    if not lists:
        return None
    accounts = dataset.accounts[dataset.accounts["biography"].notna()]
    shown = accounts[accounts["role"].isin(["brand", "influencer"])]
    shown = shown.groupby("role").head(n // 2)
    found = [", ".join(lists.get(account, ())) for account in shown["account_id"]]
    names = Names.of_ids(dataset, hide=True)
    table = pd.DataFrame(
        {
            "account_id": [names.shown[account] for account in shown["account_id"]],
            "biography": list(map(names.text, shown["biography"], shown["account_id"])),
            "attributes": found,
        }
    )
    return in_words(table.set_index("account_id"))


def heaviest_edges(graph: AttributeGraph | None, n: int = 8) -> Shown | None:
    """Return the pairs of attributes with the most weight, and how often each was counted.

    None without a graph.
    """
    if graph is None:
        return None
    heaviest = graph.edges.head(n).reset_index(drop=True)
    counted = heaviest.assign(n=counts_of(heaviest["weight"]))
    return without_index(written(counted, {"weight": "{:.2f}"}))
