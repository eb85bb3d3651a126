"""What is known of an account, ready to be shown; what is missing says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from morning.attributes.block import AttributeEncoder
from morning.dataset import Dataset
from morning.features import FeatureSet
from morning.features.posts import Posts
from morning.features.topics import TopicModel
from morning.features.visual.pictures import UnusablePictureError, decode, locate
from morning.plain import visible
from morning.report.figures.clouds import cloud, said, seen
from morning.report.names import Names
from morning.run import Run
from morning.sources import Source
from morning.studies.campaigns import most_engaging

#: Block -> its name in Fig. 4, and what it says.
VIEWS = {
    "content_visual": ("ACI", "its pictures"),  # codespell:ignore
    "content_topics": ("ACT", "its captions"),
    "audience_visual": ("AUI", "its audience's pictures"),
    "audience_topics": ("AUT", "its audience's captions"),
}
_POSTS = 4
_SIDE = 160  # pixels of a shown picture, at most
_TOPICS = 5  # of those without words, the largest


@dataclass(frozen=True, eq=False)
class View:
    """What one vector of an account says, as a cloud, or as shares, or why there is neither."""

    name: str
    title: str
    cloud: Image.Image | None = None
    words: Sequence[str] = ()
    """The heaviest of the cloud, for those who cannot see it."""
    shares: Mapping[str, float] | None = None
    missing: str = ""


@dataclass(frozen=True, eq=False)
class Shown:
    """A post as it is shown."""

    caption: str
    picture: Image.Image | None
    """Small."""
    trouble: str
    """Why there is no picture."""
    likes: int | None
    comments: int | None


@dataclass(frozen=True, eq=False)
class Portrait:
    """An account as it is shown; any of it may be empty."""

    name: str
    known_for: str
    """The category of a brand, or whom an influencer has worked with."""
    followers: int | None
    biography: str
    attributes: Sequence[str]
    posts: Sequence[Shown]
    views: Sequence[View]
    missing: Sequence[str]
    """Sentences that say what there is not, and why."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """All that pages may show of accounts."""

    features: FeatureSet
    dataset: Dataset
    posts: Posts
    names: Names
    topics: Mapping[str, TopicModel]
    """Block -> the model that its topics are of, where there is one."""
    encoder: AttributeEncoder | None
    """What finds attributes in biographies."""

    @classmethod
    def of(cls, source: Source, features: FeatureSet, run: Run) -> Accounts:
        """Join the data with what a run learnt of them."""
        models = {
            name: TopicModel.load(run.prepared / name)
            for name in VIEWS
            if name in features.blocks and (run.prepared / name).is_dir()
        }
        sizes = features.sizes()
        attributes = run.prepared / "attributes"
        return cls(
            features=features,
            dataset=source.dataset,
            posts=Posts.own(source.dataset),
            names=Names.of(source, features),
            topics={n: model for n, model in models.items() if model.options.topics == sizes[n]},
            encoder=AttributeEncoder.load(attributes) if attributes.is_dir() else None,
        )

    def portrait(self, row: int, *, views: bool = True) -> Portrait:
        """Return what is known of an account (row of the FeatureSet).

        What its vectors say is drawn with `views` alone: a cloud takes longer than all the rest.
        """
        account = str(self.features.accounts["account_id"].iloc[row])
        about = self.dataset.accounts.set_index("account_id").loc[account]
        biography = _text(about.get("biography"))
        category = _text(about.get("category")) if about["role"] == "brand" else ""
        attributes, posts = self._attributes(biography, category), self.shown(account)
        missing = [] if biography else ["The data have no biography of it."]
        missing += [] if attributes else [self._without_attributes()]
        missing += [] if posts else [self._without_posts()]
        if unknown := [name for block, (name, _) in VIEWS.items() if block not in self._blocks]:
            missing.append(f"The data have no vector for {', '.join(unknown)}.")
        return Portrait(
            name=self.names.shown[account],
            known_for=visible(category) or self._worked_with(account),
            followers=_number(about.get("followers")),
            biography=self.names.text(biography, account),
            attributes=attributes,
            posts=posts,
            views=[self._view(b, row) for b in VIEWS if views and b in self._blocks],
            missing=missing,
        )

    def shown(self, account: str, posts: pd.DataFrame | None = None) -> list[Shown]:
        """Return the posts with most likes and comments, those with a picture first; at most four.

        Parameters
        ----------
        account : str
            Account id.
        posts : DataFrame, optional
            Posts of the Dataset to choose from; default all that count.
        """
        if posts is None:
            owned = self.posts.accounts["account_id"].to_numpy()[self.posts.owner] == account
            posts = self.posts.table.iloc[self.posts.rows[owned]]
        chosen = posts.iloc[most_engaging(posts)[:_POSTS]]
        return [self._shown(account, post) for _, post in chosen.iterrows()]

    def _shown(self, account: str, post: pd.Series) -> Shown:
        picture, trouble = _small(_text(post["image"]), self.dataset.root)
        caption = self.names.text(_text(post["caption"]), account)
        counts = {name: _number(post[name]) for name in ("likes", "comments")}
        return Shown(caption, picture, trouble, **counts)

    @property
    def _blocks(self) -> Mapping[str, np.ndarray]:
        return self.features.blocks

    def _attributes(self, biography: str, category: str) -> tuple[str, ...]:
        if self.encoder is None:
            return ()
        return self.encoder.keywords.attributes(biography, category or None)

    def _without_attributes(self) -> str:
        if self.encoder is not None:
            return "Its biography has no keyword of the attribute graph."
        if "attribute" in self._blocks:
            return "The data have a vector of its attributes, but not the attributes."
        return "The data have no attributes."

    def _without_posts(self) -> str:
        if len(self.posts):
            return "The data have no posts of it."
        return "The data have no posts, only vectors that were made of them elsewhere."

    def _worked_with(self, account: str) -> str:
        """Return the categories of the training brands that an influencer worked with."""
        roster = self.features
        pairs = roster.collaborations[roster.collaborations["influencer_id"] == account]
        brands = np.intersect1d(roster.rows(pairs["brand_id"]), roster.brands("train"))
        categories = pd.Series(roster.categories(brands)).value_counts()
        shown = {visible(name): n for name, n in categories.items()}
        listed = [f"{name} ({n})" if n > 1 else name for name, n in shown.items()]
        return f"worked with training brands of: {', '.join(listed)}" if listed else ""

    def _view(self, block: str, row: int) -> View:
        name, title = VIEWS[block]
        vector = self._blocks[block][row]
        if block in self.topics:
            weights = said(self.topics[block], vector)
            if not isinstance(weights, str):
                weights = {w: x for w, x in weights.items() if not self.names.person(w)}
        elif block.endswith("_topics"):
            largest = np.argsort(-vector, kind="stable")[:_TOPICS]
            shares = {f"topic {i + 1}": float(vector[i]) for i in largest}
            return View(name, title, shares=shares)
        else:
            weights = seen(self.features, block, row)
        if isinstance(weights, str):
            return View(name, title, missing=f"No cloud: {weights}.")
        drawn = cloud(weights)
        if drawn is None:
            return View(name, title, missing="No cloud: no font here has its characters.")
        heaviest = sorted(weights, key=lambda word: -weights[word])[:_TOPICS]
        return View(name, title, cloud=drawn, words=heaviest)


def _small(image: str, root: Path | None) -> tuple[Image.Image | None, str]:
    """Return a post's picture in a small size, through the one guarded door, or why not."""
    if not image or root is None:
        return None, "no picture"
    try:
        picture = decode(locate(image, root))
    except UnusablePictureError as error:
        return None, str(error).partition(" (")[0]
    picture.thumbnail((_SIDE, _SIDE))
    return picture, ""


def _text(value: object) -> str:
    """Return a cell as text; empty where it is missing."""
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    """Return a cell as a number; None where it is missing."""
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]
