"""The `attribute` block of a FeatureSet: eq 18's mean of the node vectors of an account."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from morning.attributes.biographies import (
    BiographyOptions,
    Keywords,
    attribute_lists,
    learn_keywords,
)
from morning.attributes.concepts import ConceptGraph
from morning.attributes.cooccurrence import (
    Multiplicity,
    cooccurrence_graph,
    training_collaborations,
)
from morning.attributes.embedding import (
    Embedding,
    Node2VecOptions,
    embed,
    read_embedding,
    write_embedding,
)
from morning.attributes.graph import ETA, AttributeGraph
from morning.dataset import Dataset
from morning.errors import MorningError
from morning.features.block import Block
from morning.features.featureset import account_table
from morning.files import read_json, whole_folder, write_json
from morning.guard import readable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AttributeOptions:
    """How biographies become attribute vectors."""

    biographies: BiographyOptions = field(default_factory=BiographyOptions)
    """Which keywords count, and of which accounts."""
    multiplicity: Multiplicity = "paper"
    """How pairs within a brand are counted (`cooccurrence`)."""
    eta: float = ETA
    """eq 17's scaling factor."""
    node2vec: Node2VecOptions = field(default_factory=Node2VecOptions)
    """Walks and skip-gram; its `dimensions` is the width of the block."""


@dataclass(frozen=True, eq=False)
class AttributeEncoder:
    """What turns the biography of any account, also a new one, into its vector.

    Attributes
    ----------
    keywords : Keywords
    embedding : Embedding
    lists : dict of str to tuple of str
        Attributes of each account that was there when it was learnt, by its id.
    """

    keywords: Keywords
    embedding: Embedding
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def encode(self, dataset: Dataset) -> tuple[np.ndarray, dict[str, tuple[str, ...]]]:
        """Return the vector of every brand and influencer, and their attributes by account id.

        Returns
        -------
        float32 array, shape (accounts, dimensions)
            Rows are in the order of `account_table`; zero for an account without a known attribute.
        dict of str to tuple of str
        """
        lists = attribute_lists(dataset, self.keywords)
        owned = [lists[account] for account in account_table(dataset)["account_id"]]
        return mean_vectors(owned, self.embedding), lists

    def save(self, folder: str | Path) -> None:
        """Write keywords and node vectors into a folder, whole or not at all."""
        with whole_folder(folder) as temporary:
            self.keywords.save(temporary / "keywords.json")
            write_embedding(temporary / "node_vectors.txt", self.embedding)
            write_json(temporary / "lists.json", self.lists)

    @classmethod
    def load(cls, folder: str | Path) -> AttributeEncoder:
        """Read what `save` wrote.

        Raises
        ------
        MorningError
            If a file is missing or of another form.
        """
        folder = Path(folder)
        keywords = Keywords.load(folder / "keywords.json")
        embedding = read_embedding(folder / "node_vectors.txt")
        return cls(keywords, embedding, read_lists(folder / "lists.json"))


def read_lists(path: Path) -> dict[str, tuple[str, ...]]:
    """Read lists of attributes by account id.

    Raises
    ------
    MorningError
        If the file is missing or of another form.
    """
    with readable(path, "attributes of accounts", "make the run again"):
        return attributes_of(read_json(path, dict))


def attributes_of(record: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return lists of attributes from what JSON kept of them; TypeError if they are none."""
    for name, own in record.items():
        if not (isinstance(own, list) and all(isinstance(each, str) for each in own)):
            raise TypeError(f"the attributes of {name!r:.60} are no list of texts")
    return {name: tuple(own) for name, own in record.items()}


@dataclass(frozen=True, eq=False)
class Learnt:
    """What was learnt on the way to the block."""

    graph: AttributeGraph
    """Co-occurrence of attributes in training collaborations."""
    encoder: AttributeEncoder
    """Attributes of each account, and what finds those of accounts that come later."""


def attribute_block(
    dataset: Dataset,
    options: AttributeOptions | None = None,
    concepts: ConceptGraph | None = None,
    quiet: bool = True,
) -> tuple[Block, Learnt]:
    """Compute the `attribute` block of a Dataset from its biographies and collaborations.

    Keywords, graph and node vectors are fitted on the training brands and the influencers they
    worked with; then every brand and influencer is given its vector.

    Parameters
    ----------
    dataset : Dataset
    options : AttributeOptions, optional
    concepts : ConceptGraph, optional
        Without it, the one that comes with the package.
    quiet : bool
        Without progress bars on stderr.

    Returns
    -------
    Block
        float32 (n, dimensions); zero for an account without any known attribute.
    Learnt
        Graph, and what encodes accounts, also those that come later.

    Raises
    ------
    MorningError
        If the training accounts have too few attributes for a graph.
    """
    options = options or AttributeOptions()
    concepts = concepts or ConceptGraph.default()
    table = learn_keywords(dataset, concepts, options.biographies)
    lists = attribute_lists(dataset, table)
    pairs = training_collaborations(dataset, options.biographies.splits)
    graph = cooccurrence_graph(lists, pairs, options.multiplicity, options.eta)
    if graph.number_of_edges == 0:
        raise MorningError(
            "no two attributes occur together in the training collaborations: the biographies "
            "hold too few known keywords; lower min_count or bring a larger concept graph"
        )
    embedding = embed(graph, options.node2vec, quiet)
    owned = [lists[account] for account in account_table(dataset)["account_id"]]
    without = _count_without(owned, embedding)
    if without:
        log.warning("%d of %d accounts have no known attribute: zero vector", without, len(owned))
    made = {
        "method": "biographies -> concept graph -> co-occurrence (eq 13-17) -> node2vec -> mean",
        "options": asdict(options),
        "concepts": concepts.source,
        "keywords": len(table.attribute_of),
        "nodes": len(graph),
        "edges": graph.number_of_edges,
        "collaborations": len(pairs),
        "accounts_without_attribute": without,
    }
    block = Block(mean_vectors(owned, embedding), made, {"accounts_without_attribute": without})
    return block, Learnt(graph, AttributeEncoder(table, embedding, lists))


def mean_vectors(lists: Sequence[Sequence[str]], embedding: Embedding) -> np.ndarray:
    """Return eq 18's unweighted mean of the node vectors of each attribute list.

    Parameters
    ----------
    lists : sequence of attribute lists
        Attributes without a vector are left out of the mean.
    embedding : Embedding

    Returns
    -------
    float32 array, shape (lists, dimensions)
        Zero for an account without any attribute that has a vector (D22).
    """
    row = {name: i for i, name in enumerate(embedding.names)}
    values = np.zeros((len(lists), embedding.vectors.shape[1]), dtype=np.float32)
    for i, names in enumerate(lists):
        if rows := sorted({row[name] for name in names if name in row}):
            values[i] = embedding.vectors[rows].mean(axis=0)
    return values


def _count_without(lists: Sequence[Sequence[str]], embedding: Embedding) -> int:
    """Return how many attribute lists hold no attribute that has a vector."""
    known = set(embedding.names)
    return sum(known.isdisjoint(names) for names in lists)
