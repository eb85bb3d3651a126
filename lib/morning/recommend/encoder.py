"""Accounts that were in no training as vectors: by what a run has fitted, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from morning.dataset import Dataset
from morning.errors import MorningError, counted
from morning.features.featureset import FeatureSet, account_table
from morning.features.posts import AudienceOptions, Posts
from morning.places import cache_folder
from morning.plain import on_one_line

if TYPE_CHECKING:
    from morning.attributes.block import AttributeEncoder
    from morning.features.topics import TopicModel
    from morning.features.visual.recognise import VisualOptions
    from morning.features.visual.recogniser import Recogniser

#: Fewer pictures than this are decoded here: starting other processes would take longer.
_FEW_PICTURES = 64
#: Words that stand for a topic.
_WORDS = 5


@dataclass(frozen=True, eq=False)
class Encoded:
    """Accounts as vectors, and what is not known of them.

    Attributes
    ----------
    features : FeatureSet
        Every block of the run, a row per account.
    known : dict of block to bool array, shape (n,)
        Whether there was anything to make an account's row of. Other rows say nothing of it.
    attributes : dict of str to tuple of str
        Attributes of each account, by its id.
    odd : list of str
        What could not be used, and why.
    """

    features: FeatureSet
    known: Mapping[str, np.ndarray]
    attributes: Mapping[str, tuple[str, ...]]
    odd: list[str]

    @property
    def notes(self) -> list[str]:
        """What is not known, and what could not be used."""
        return [*absent({name: bool(x.any()) for name, x in self.known.items()}), *self.odd]


@dataclass(frozen=True, eq=False)
class Encoder:
    """What a run has fitted: topic models, networks for pictures, attributes with their vectors.

    Attributes
    ----------
    features : FeatureSet
        Of the run: which blocks there are, and how they were made.
    prepared : Path
        Where it lies; read on first use, so that what is not needed costs nothing.
    """

    features: FeatureSet
    prepared: Path

    def encode(self, dataset: Dataset) -> Encoded:
        """Return vectors of brands and influencers; their collaborations are not used.

        Parameters
        ----------
        dataset : Dataset
            Posts, biographies and audiences, whatever there is of each.

        Raises
        ------
        MorningError
            If the vectors of the run were not made of posts.
        """
        if not self.prepared.is_dir():
            raise MorningError(
                f"the vectors of this run were made elsewhere ({self.features.source}): only "
                "accounts that are in it can be ranked"
            )
        accounts = account_table(dataset)
        found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        notes: list[str] = []
        posts = {"content": Posts.own(dataset)}
        if not dataset.audiences.empty:
            posts["audience"] = Posts.of_audience(dataset, self.audience)
        for perspective, shown in posts.items():
            for kind, encode in (("topics", self._topics), ("visual", self._visual)):
                block = f"{perspective}_{kind}"
                if block in self.features.blocks:
                    found[block] = encode(block, shown, notes)
        attributes: dict[str, tuple[str, ...]] = {}
        if self.attributes is not None:
            values, attributes = self.attributes.encode(dataset)
            found["attribute"] = values, np.any(values != 0, axis=1)
        blocks, known = {}, {}
        for block, size in self.features.sizes().items():
            nothing = np.zeros((len(accounts), size), np.float32), np.zeros(len(accounts), bool)
            blocks[block], known[block] = found.get(block, nothing)
        encoded = FeatureSet(accounts, dataset.collaborations, blocks, "new accounts")
        return Encoded(encoded, known, attributes, notes)

    def shown(self, dataset: Dataset, block: str) -> tuple[Posts, np.ndarray]:
        """Return own posts, and how much of each column of a block of content each shows.

        Returns
        -------
        Posts
            Of the brands and influencers of the Dataset.
        float array, shape (posts, size)
            Zeros for a post without a word or a picture that can be used.
        """
        posts = Posts.own(dataset)
        shares = np.zeros((len(posts), self.features.sizes()[block]))
        if block.endswith("_topics"):
            model = self._model(block)
            bags = model.bags(posts.words(model.options.emoji_words))
            shares[bags.known] = model.infer([bag for bag in bags if bag])
        elif not isinstance(self._networks, str):
            from morning.features.pooling import keep_confident
            from morning.features.visual.blocks import look  # needs torch

            options = self._visual_options(block, len(posts))
            seen = look(posts, *self._networks, cache_folder("pictures"), options)
            there, encoded = seen.picture >= 0, seen.encoded
            halves = [
                keep_confident(x, options.threshold) for x in (encoded.objects, encoded.scenes)
            ]
            shares[there] = sparse.hstack(halves, "csr")[seen.picture[there]].toarray()
        return posts, shares

    @property
    def audience(self) -> AudienceOptions:
        """How audiences were chosen for the run."""
        blocks = ("audience_topics", "audience_visual")
        made = (self.features.made.get(block, {}).get("audience") for block in blocks)
        return AudienceOptions(**next((each for each in made if each), {}))

    @cached_property
    def attributes(self) -> AttributeEncoder | None:
        """Attributes and their vectors; None where the run has none."""
        if "attribute" not in self.features.blocks or not self.prepared.is_dir():
            return None
        from morning.attributes.block import AttributeEncoder  # needs gensim

        return AttributeEncoder.load(self.prepared / "attributes")

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """What the columns of blocks show: topics by their likeliest words, and labels."""
        found = {}
        for block in self.features.blocks:
            if labels := self.features.made.get(block, {}).get("labels"):
                found[block] = [str(label) for label in labels]
            elif block.endswith("_topics") and (self.prepared / block).is_dir():
                from morning.features.topics import top_words  # needs gensim

                words = top_words(self._model(block), _WORDS).groupby("topic")["word"]
                found[block] = words.agg(", ".join).tolist()
        return found

    def _topics(self, block: str, posts: Posts, notes: list[str]) -> tuple[np.ndarray, np.ndarray]:
        model = self._model(block)
        bags = model.bags(posts.documents(model.options.emoji_words))
        known = bags.known
        wordless = np.unique(posts.owner[posts.captions != ""])
        if foreign := [row for row in wordless if not known[row]]:
            spoken = pd.Series(posts.languages[np.isin(posts.owner, foreign)]).mode()
            notes.append(
                f"None of the words of {counted(len(foreign), 'account')} is known to the topics "
                f"of the run (most are in: {spoken.iloc[0]}); captions are left out."
            )
        return model.infer(bags), known

    def _visual(self, block: str, posts: Posts, notes: list[str]) -> tuple[np.ndarray, np.ndarray]:
        images = posts.column("image").fillna("")
        n, size = len(posts.accounts), self.features.sizes()[block]
        nothing = np.zeros((n, size), np.float32), np.zeros(n, dtype=bool)
        if not (images != "").any():
            return nothing
        if isinstance(self._networks, str):
            if self._networks not in notes:
                notes.append(self._networks)
            return nothing
        from morning.features.visual.blocks import visual_block  # needs torch

        options = self._visual_options(block, len(images))
        made = visual_block(posts, *self._networks, cache_folder("pictures"), options)
        if made.skipped:
            (image, why), *others = made.skipped
            more = f", and {len(others)} more" if others else ""
            notes.append(f"Pictures that cannot be used: {on_one_line(image)}: {why}{more}.")
        unusable = {image for image, _ in made.skipped}
        seen = np.unique(posts.owner[(images != "") & ~images.isin(unusable)])
        return made.values, np.isin(np.arange(n), seen)

    def _visual_options(self, block: str, pictures: int) -> VisualOptions:
        from morning.features.visual.recognise import VisualOptions

        return VisualOptions(
            threshold=self.features.made[block]["threshold"],
            workers=0 if pictures < _FEW_PICTURES else VisualOptions.workers,
        )

    def _model(self, block: str) -> TopicModel:
        from morning.features.topics import TopicModel  # needs gensim

        if block not in self._models:
            self._models[block] = TopicModel.load(self.prepared / block)
        return self._models[block]

    @cached_property
    def _models(self) -> dict[str, TopicModel]:
        return {}

    @cached_property
    def _networks(self) -> tuple[Recogniser, Recogniser] | str:
        from morning.prepare.recognisers import kept  # needs torch

        return kept(self.prepared)


def absent(known: Mapping[str, bool]) -> list[str]:
    """Say of which blocks nothing is known."""
    names = {
        there: [b.replace("_", " ") for b, x in known.items() if x is there]
        for there in (True, False)
    }
    if not names[False]:
        return []
    if not names[True]:
        return ["Nothing that the run knows was found: the ranking says nothing of this brand."]
    return [f"Ranked by {', '.join(names[True])}; there is nothing of {', '.join(names[False])}."]
