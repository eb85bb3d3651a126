"""The planted world: what each account is about, and why brands and influencers work together.

An account has three latents, drawn independently of one another:

- content: a mixture of topics, with a main category, a main theme and a remainder;
- audience: a mixture of two audience groups;
- cooperation: a mixture of two styles (brands) or two personas (influencers).

A brand likes an influencer for three reasons, each standardised over all pairs: the cosine of the
content mixtures, the cosine of the audience mixtures, and a matrix that says which style works with
which persona. Nothing but collaborations reveals that matrix, since styles and personas share no
word.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from morning.errors import MorningError
from morning.sources.demo.vocabulary import Vocabulary, vocabulary

#: Weight of each part of the planted preference, times `DemoOptions.structure`.
WEIGHTS: dict[str, float] = {"content": 1.4, "audience": 1.3, "attribute": 1.7}

_COLLABORATIONS_PER_INFLUENCER = 1.5
_TEST_SHARE = 0.4


@dataclass(frozen=True)
class DemoOptions:
    """How large the demo world is and how much there is to learn in it."""

    brands: int = 60
    """Brands; 24 or more for all 12 categories with two brands or more in each."""
    influencers: int = 400
    """Micro-influencers."""
    posts: int = 12
    """Posts of each brand and influencer."""
    audience: int = 10
    """Audience accounts of each brand and influencer."""
    audience_posts: int = 2
    """Posts of each audience account."""
    structure: float = 1.0
    """Strength of the planted preference; with 0, collaborations are independent of everything."""
    announced: float = 1.0
    """Share of the collaborations that a post of the influencer announces: its caption is about
    what the brand is about, and names it. Such posts are what labels are made of in real data,
    and vectors computed from them know something of the answer."""
    role_gap: float = 1.0
    """How differently brands and influencers picture one topic: with 0 alike, with 1 by another
    object in another scene where the topic has two, but for what is off topic. Brands show their
    product, influencers the life around it, so that pictures which look alike are a poor guide
    to who works together, while what goes together can be learnt."""
    seed: int = 0
    """Seed of everything random."""
    picture_size: int = 64
    """Side of the square pictures, in pixels."""

    def __post_init__(self) -> None:
        """Refuse sizes that make no world."""
        smallest = {"brands": 2, "influencers": 2, "posts": 1, "picture_size": 16, "seed": 0}
        smallest |= {"audience": 0, "audience_posts": 0}
        for name, least in smallest.items():
            if getattr(self, name) < least:
                raise MorningError(f"demo: {name} must be at least {least}")
        if not 0 <= self.structure <= 100:
            raise MorningError("demo: structure must be between 0 and 100")
        for name in ("announced", "role_gap"):
            if not 0 <= getattr(self, name) <= 1:
                raise MorningError(f"demo: {name} must be between 0 and 1")
        if self.picture_size > 512:
            raise MorningError("demo: picture_size must be at most 512")


@dataclass(frozen=True)
class World:
    """Accounts with their latents, and the collaborations that follow from them.

    B brands, M influencers, T topics, G audience groups, S styles, P personas. Accounts are all
    brands, then all influencers.

    Attributes
    ----------
    brand_ids, influencer_ids : list of str
    categories : list of str, length B
    splits : list of str, length B
        train or test.
    content : float array, shape (B + M, T)
    audience : float array, shape (B + M, G)
    styles : float array, shape (B, S)
    personas : float array, shape (M, P)
    parts : dict of str to float array, shape (B, M)
        The standardised content, audience and attribute parts of the preference.
    scores : float array, shape (B, M)
        structure × the weighted sum of the parts.
    partners : bool array, shape (B, M)
        Who worked with whom.
    """

    brand_ids: list[str]
    influencer_ids: list[str]
    categories: list[str]
    splits: list[str]
    content: np.ndarray
    audience: np.ndarray
    styles: np.ndarray
    personas: np.ndarray
    parts: dict[str, np.ndarray]
    scores: np.ndarray
    partners: np.ndarray


def plan(options: DemoOptions) -> World:
    """Draw the latents, the preference and the collaborations of a world."""
    words = vocabulary()
    rng = np.random.default_rng([options.seed, 1])
    used = words.categories[: max(1, min(len(words.categories), options.brands // 2))]
    labels = np.sort(np.arange(options.brands) % len(used))
    fields = rng.integers(len(used), size=options.influencers)
    content = _content(np.concatenate([labels, fields]), words, rng)
    audience = _mixture(options.brands + options.influencers, len(words.groups), rng)
    styles = _mixture(options.brands, len(words.styles), rng)
    personas = _mixture(options.influencers, len(words.personas), rng)

    b = options.brands
    parts = {
        "content": _standardised(_cosines(content[:b], content[b:])),
        "audience": _standardised(_cosines(audience[:b], audience[b:])),
        "attribute": _standardised(styles @ _cooperation(words, rng) @ personas.T),
    }
    weighted = [WEIGHTS[name] * part for name, part in parts.items()]
    scores = options.structure * np.sum(weighted, axis=0)
    numbers = np.arange(b) - np.searchsorted(labels, labels) + 1
    return World(
        brand_ids=[f"brand-{used[c]}-{k}" for c, k in zip(labels, numbers, strict=True)],
        influencer_ids=[f"influencer-{m:04d}" for m in range(1, options.influencers + 1)],
        categories=[used[c] for c in labels],
        splits=_splits(labels, rng),
        content=content,
        audience=audience,
        styles=styles,
        personas=personas,
        parts=parts,
        scores=scores,
        partners=_collaborations(scores, rng),
    )


def _content(categories: np.ndarray, words: Vocabulary, rng: np.random.Generator) -> np.ndarray:
    """Mix each account's category with a theme and a remainder, shape (n, T)."""
    n, c, t = len(categories), len(words.categories), len(words.topics)
    shares = rng.dirichlet([9.0, 8.0, 3.0], size=n)
    mixture = shares[:, 2:] * rng.dirichlet(np.full(t, 0.3), size=n)
    mixture[np.arange(n), categories] += shares[:, 0]
    mixture[np.arange(n), rng.integers(c, t, size=n)] += shares[:, 1]
    return mixture


def _mixture(n: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n mixtures of k kinds, each with one main kind and another one, shape (n, k)."""
    main = rng.integers(k, size=n)
    other = (main + rng.integers(1, k, size=n)) % k
    share = rng.uniform(0.75, 0.95, size=n)
    mixture = np.zeros((n, k))
    mixture[np.arange(n), main] = share
    mixture[np.arange(n), other] = 1 - share
    return mixture


def _cooperation(words: Vocabulary, rng: np.random.Generator) -> np.ndarray:
    """Say which style works well with which persona, shape (S, P): one best each, one good."""
    s, p = len(words.styles), len(words.personas)
    matrix = np.zeros((s, p))
    best = rng.permutation(p)[np.arange(s) % p]
    matrix[np.arange(s), best] = 1.0
    matrix[np.arange(s), np.roll(best, 1)] += 0.3
    return matrix


def _cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the cosines of the rows of (B, k) with those of (M, k), shape (B, M)."""
    left = left / np.linalg.norm(left, axis=1, keepdims=True)
    return left @ (right / np.linalg.norm(right, axis=1, keepdims=True)).T


def _standardised(values: np.ndarray) -> np.ndarray:
    """Return values with mean 0 and standard deviation 1."""
    return (values - values.mean()) / max(values.std(), 1e-12)


def _splits(labels: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Set two fifths of a category's brands aside for testing; at least one, where it has two."""
    splits = np.full(len(labels), "train", dtype=object)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        n = min(len(rows) - 1, max(1, round(_TEST_SHARE * len(rows))))
        splits[rows[:n]] = "test"
    return splits.tolist()


def _collaborations(scores: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw who works with whom, shape (B, M).

    Adding Gumbel noise and taking the largest draws in proportion to exp(score). First every
    influencer takes a brand that has room, then every brand fills the room it has left.
    """
    b, m = scores.shape
    mean = max(1, round(_COLLABORATIONS_PER_INFLUENCER * m / b))
    spread = min(2, mean // 4)
    room = np.clip(mean + rng.integers(-spread, spread + 1, size=b), 1, m)
    partners = np.zeros((b, m), dtype=bool)
    wish = scores + rng.gumbel(size=(b, m))
    for influencer in rng.permutation(m):
        if room.any():
            chosen = np.argmax(np.where(room > 0, wish[:, influencer], -np.inf))
            partners[chosen, influencer] = True
            room[chosen] -= 1
    wish = scores + rng.gumbel(size=(b, m))
    for brand in range(b):
        order = np.argsort(np.where(partners[brand], -np.inf, wish[brand]))[::-1]
        partners[brand, order[: room[brand]]] = True
    return partners
