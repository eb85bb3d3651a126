"""Who there is and who worked with whom: what a Dataset and a FeatureSet have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from morning.errors import MorningError


@dataclass
class Roster:
    """Accounts and collaborations.

    Attributes
    ----------
    accounts : DataFrame, n rows
        At least account_id, role, category (brands), split (brands).
    collaborations : DataFrame
        brand_id, influencer_id: the positives.
    """

    accounts: pd.DataFrame
    collaborations: pd.DataFrame

    def __len__(self) -> int:
        return len(self.accounts)

    def brands(self, *splits: str) -> np.ndarray:
        """Return the row numbers of the brands of the given splits (of all, if none is given)."""
        chosen = (self.accounts["role"] == "brand").to_numpy()
        if splits:
            chosen = chosen & self.accounts["split"].isin(splits).to_numpy()
        return np.flatnonzero(chosen)

    def categories(self, brands: np.ndarray) -> np.ndarray:
        """Return the category of each brand (row numbers), as a str array."""
        return np.array(self.accounts["category"].iloc[brands].tolist(), dtype=str)

    def influencers(self) -> np.ndarray:
        """Return the row numbers of all influencers."""
        return np.flatnonzero((self.accounts["role"] == "influencer").to_numpy())

    def rows(self, account_ids: Iterable[str]) -> np.ndarray:
        """Return the row numbers of accounts.

        Raises
        ------
        MorningError
            If an id is unknown.
        """
        index = pd.Index(self.accounts["account_id"])
        ids = list(account_ids)
        rows = index.get_indexer(ids)
        if (rows < 0).any():
            unknown = [i for i, row in zip(ids, rows, strict=True) if row < 0]
            raise MorningError(f"unknown account: {', '.join(map(str, unknown[:5]))}")
        return rows

    def positives(self, brands: np.ndarray, influencers: np.ndarray) -> np.ndarray:
        """Return who worked with whom.

        Parameters
        ----------
        brands, influencers : int arrays, shapes (B,) and (M,)
            Row numbers.

        Returns
        -------
        bool array, shape (B, M)
        """
        n = len(self)
        row_of, column_of = np.full(n, -1), np.full(n, -1)
        row_of[brands] = np.arange(len(brands))
        column_of[influencers] = np.arange(len(influencers))
        b = row_of[self.rows(self.collaborations["brand_id"])]
        m = column_of[self.rows(self.collaborations["influencer_id"])]
        known = (b >= 0) & (m >= 0)
        matrix = np.zeros((len(brands), len(influencers)), dtype=bool)
        matrix[b[known], m[known]] = True
        return matrix
