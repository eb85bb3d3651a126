"""The FeatureSet: aligned float32 blocks per account, all that a model ever sees."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from morning.dataset import SPLITS, Dataset
from morning.errors import ContractError, MorningError, Problem
from morning.features.block import BLOCKS, PERSPECTIVES
from morning.files import read_json, sha256, whole_folder, write_json
from morning.guard import REFUSED, closed, is_there, readable, reason, require
from morning.guard.arrays import MAX_MAPPED, read_array
from morning.guard.tables import read_parquet
from morning.roster import Roster

log = logging.getLogger(__name__)

#: Blocks that are larger together stay on disk and are read where they are asked for.
IN_MEMORY = 1 << 28
_ROWS = 1 << 14
_TABLES = {
    "accounts": ["account_id", "role", "category", "split"],
    "collaborations": ["brand_id", "influencer_id"],
}


@dataclass
class FeatureSet(Roster):
    """Vectors of brands and influencers, and who worked with whom.

    Attributes
    ----------
    accounts : DataFrame, n rows
        account_id, role (brand | influencer), category (brands), split (brands).
    collaborations : DataFrame
        brand_id, influencer_id: the positives.
    blocks : dict of str to float32 array, shape (n, size)
        Row i belongs to row i of `accounts`. Any of `BLOCKS` may be absent.
    source : str
        Where the set comes from.
    made : dict
        Block name -> how it was made (model, parameters, digests), for the manifest.
    """

    blocks: dict[str, np.ndarray] = field(default_factory=dict)
    source: str = "unknown"
    made: dict[str, Any] = field(default_factory=dict)

    def sizes(self) -> dict[str, int]:
        """Return the number of columns of each block."""
        return {name: block.shape[1] for name, block in self.blocks.items()}

    def perspectives(self) -> tuple[str, ...]:
        """Return the perspectives that at least one block represents."""
        return tuple(p for p, names in PERSPECTIVES.items() if any(n in self.blocks for n in names))

    def require(self, sizes: Mapping[str, int]) -> None:
        """Refuse to serve a model whose blocks are not there, or have other sizes.

        Raises
        ------
        MorningError
        """
        there = self.sizes()
        for block, size in sizes.items():
            if there.get(block) != size:
                has = f"has {there[block]}" if block in there else "does not have it"
                raise MorningError(
                    f"the model needs {block} with {size} columns; the FeatureSet {has}"
                )

    def select(self, blocks: Iterable[str]) -> FeatureSet:
        """Return the same set with only the named blocks.

        Raises
        ------
        MorningError
            If a block is unknown or not there.
        """
        wanted = list(blocks)
        missing = [name for name in wanted if name not in self.blocks]
        if missing or not wanted:
            raise MorningError(
                f"no block {', '.join(missing) or '(none given)'}; "
                f"this FeatureSet has {', '.join(self.blocks)}"
            )
        return replace(
            self,
            blocks={name: block for name, block in self.blocks.items() if name in wanted},
            made={name: how for name, how in self.made.items() if name in wanted},
        )

    def validate(self) -> FeatureSet:
        """Check the contract and return the set itself.

        Raises
        ------
        ContractError
            With every violation: file, row and rule.
        """
        problems = _violations(self)
        if problems:
            raise ContractError("FeatureSet", problems)
        return self

    def save(self, folder: str | Path) -> None:
        """Write tables, blocks and manifest, whole or not at all; a set there is replaced.

        Raises
        ------
        MorningError
            If the folder holds something other than a FeatureSet.
        ContractError
            If this set breaks the contract.
        """
        self.validate()
        folder = Path(folder)
        if folder.is_dir() and any(folder.iterdir()) and not is_feature_set(folder):
            raise MorningError(f"{folder} holds other files: choose another folder")
        with whole_folder(folder) as temporary:
            for name, columns in _TABLES.items():
                getattr(self, name)[columns].to_parquet(temporary / f"{name}.parquet", index=False)
            for name, block in self.blocks.items():
                np.save(temporary / f"{name}.npy", block, allow_pickle=False)
            files = {
                path.name: {"sha256": sha256(path), "bytes": path.stat().st_size}
                for path in sorted(temporary.iterdir())
            }
            for name, block in self.blocks.items():
                files[f"{name}.npy"]["shape"] = list(block.shape)
            manifest = {"source": self.source, "files": files, "made": self.made}
            write_json(temporary / "manifest.json", manifest)

    @classmethod
    def load(cls, folder: str | Path, in_memory: int | None = None) -> FeatureSet:
        """Read and validate a FeatureSet folder.

        Parameters
        ----------
        folder : path
        in_memory : int, optional
            Bytes of blocks; larger ones are mapped. Default `IN_MEMORY`.

        Raises
        ------
        MorningError
            If a file is missing or unreadable.
        ContractError
            If the content breaks the contract or differs from the manifest.
        """
        folder = Path(folder)
        tables = {}
        for name in _TABLES:
            path = folder / f"{name}.parquet"
            if not path.is_file():
                raise MorningError(f"{folder}: no {name}.parquet; is it a FeatureSet folder?")
            require(path, folder)
            tables[name] = read_parquet(path)
        blocks, problems = {}, []
        paths = {name: folder / f"{name}.npy" for name in BLOCKS}
        paths = {name: path for name, path in paths.items() if path.is_file()}
        size = sum(path.stat().st_size for path in paths.values())
        large = size > (IN_MEMORY if in_memory is None else in_memory)
        for name, path in paths.items():
            try:
                block = read_array(path, folder)
                blocks[name] = block if large else np.array(block)
            except REFUSED as error:
                rule = f"cannot be read as a NumPy array: {reason(error)}"
                problems.append(Problem(path.name, rule))
        manifest, wrong = _read_manifest(folder)
        features = cls(
            blocks=blocks,
            source=str(manifest.get("source", "unknown")),
            made=manifest.get("made", {}),
            **tables,
        )
        problems += wrong + _violations(features)
        if problems:
            raise ContractError(f"FeatureSet {folder}", problems)
        return features


def is_feature_set(folder: str | Path) -> bool:
    """Whether a folder looks like a FeatureSet (rather than a Dataset)."""
    folder = Path(folder)
    return (folder / "manifest.json").is_file() or any(
        (folder / f"{name}.npy").is_file() for name in BLOCKS
    )


def account_table(dataset: Dataset) -> pd.DataFrame:
    """Return the accounts of a Dataset that a FeatureSet has: brands first, then influencers."""
    chosen = dataset.accounts[dataset.accounts["role"].isin(["brand", "influencer"])]
    ordered = chosen.sort_values("role", kind="stable")
    return ordered[_TABLES["accounts"]].reset_index(drop=True)


def _read_manifest(folder: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Read the manifest and compare the files with it."""
    path = folder / "manifest.json"
    if not path.is_file():
        log.warning("%s: no manifest.json, so nothing says where these vectors come from", folder)
        return {}, []
    try:
        with readable(path.name):
            manifest = read_json(path, dict)
            recorded = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
            made = {block: dict(how) for block, how in manifest.get("made", {}).items()}
    except MorningError as error:
        return {}, [Problem(path.name, f"cannot be read: {reason(error.__cause__ or error)}")]
    known = [*(f"{name}.parquet" for name in _TABLES), *(f"{name}.npy" for name in BLOCKS)]
    problems = [
        Problem(name, "is in the folder but not in the manifest")
        for name in known
        if name not in recorded and (folder / name).is_file()
    ]
    for name, digest in recorded.items():
        if Path(name).name != name:
            problems.append(Problem(path.name, "must name files of this folder", value=repr(name)))
        elif not is_there(folder / name):
            problems.append(Problem(name, "is in the manifest but not in the folder"))
        elif rule := closed(folder / name, folder, MAX_MAPPED):
            problems.append(Problem(name, rule))
        elif (found := sha256(folder / name)) != digest:
            rule = f"must have the SHA-256 of the manifest, {digest[:16]}…"
            problems.append(Problem(name, rule, value=f"{found[:16]}…"))
    return manifest | {"made": made}, problems


def _violations(features: FeatureSet) -> list[Problem]:
    """List everything that breaks the contract."""
    accounts, pairs = features.accounts, features.collaborations
    problems = [
        Problem(f"{name}.parquet", "this column is required", column=column)
        for name, columns in _TABLES.items()
        for column in columns
        if column not in getattr(features, name).columns
    ]
    if problems:
        return problems

    def require(file: str, column: str | None, bad: Any, rule: str, table: pd.DataFrame) -> None:
        for row in np.flatnonzero(np.asarray(bad, dtype=bool)):
            value = None if column is None else repr(table[column].iloc[row])[:60]
            problems.append(Problem(file, rule, int(row), column, value))

    file, brand = "accounts.parquet", accounts["role"] == "brand"
    ids = accounts["account_id"]
    text = ids.map(lambda value: isinstance(value, str) and value != "")
    require(file, "account_id", ~text.astype(bool), "must be text and not empty", accounts)
    require(file, "account_id", ids.duplicated(), "must be unique", accounts)
    known = accounts["role"].isin(["brand", "influencer"])
    require(file, "role", ~known, "must be brand or influencer", accounts)
    nameless = accounts["category"].isna() | (accounts["category"] == "")
    require(file, "category", brand & nameless, "a brand needs one", accounts)
    wrong_split = brand & ~accounts["split"].isin(SPLITS)
    require(file, "split", wrong_split, f"of a brand must be one of {', '.join(SPLITS)}", accounts)
    without = brand & ~ids.isin(pairs["brand_id"])
    require(file, "account_id", without, "a brand needs at least one collaboration", accounts)

    file = "collaborations.parquet"
    not_brand = ~pairs["brand_id"].isin(ids[brand])
    require(file, "brand_id", not_brand, "must be a brand of accounts.parquet", pairs)
    not_influencer = ~pairs["influencer_id"].isin(ids[accounts["role"] == "influencer"])
    rule = "must be an influencer of accounts.parquet"
    require(file, "influencer_id", not_influencer, rule, pairs)
    require(file, None, pairs.duplicated(["brand_id", "influencer_id"]), "must be unique", pairs)

    if not features.blocks:
        problems.append(Problem("FeatureSet", f"needs at least one of {', '.join(BLOCKS)}"))
    for name, block in features.blocks.items():
        problems += _block_violations(name, block, accounts)
    return problems


def _block_violations(name: str, block: np.ndarray, accounts: pd.DataFrame) -> list[Problem]:
    """List what is wrong with one block."""
    file = f"{name}.npy"
    if name not in BLOCKS:
        return [Problem(file, f"unknown block; known are {', '.join(BLOCKS)}")]
    if not isinstance(block, np.ndarray):
        return [Problem(file, "must be a NumPy array", value=type(block).__name__)]
    if block.ndim != 2 or block.shape[1] == 0:
        rule = "must have two dimensions and at least one column"
        return [Problem(file, rule, value=str(block.shape))]
    if block.dtype != np.float32:
        return [Problem(file, "must be float32", value=str(block.dtype))]
    problems = []
    if len(block) != len(accounts):
        rule = f"must have one row per row of accounts.parquet, {len(accounts)}"
        problems.append(Problem(file, rule, value=str(len(block))))
    finite = [np.isfinite(block[i : i + _ROWS]).all(axis=1) for i in range(0, len(block), _ROWS)]
    for row in np.flatnonzero(~np.concatenate([np.ones(0, dtype=bool), *finite])):
        who = accounts["account_id"].iloc[row] if row < len(accounts) else "?"
        column = int(np.flatnonzero(~np.isfinite(block[row]))[0])
        value = f"{block[row, column]} for account {who!r}"
        problems.append(Problem(file, "must be finite", int(row), str(column), value))
    return problems
