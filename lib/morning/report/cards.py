"""Accounts as cards: a fragment of HTML that opens offline and scripts nothing.

Cards are built as a tree of elements, so that text of the data, which nobody has vouched for, can
never become markup.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Callable, Collection, Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

import pandas as pd
from IPython.display import HTML
from PIL import Image

from morning.errors import counted
from morning.recommend.recommender import Recommender
from morning.report.accounts import Accounts, Portrait, Shown, View
from morning.report.headings import SUB_SCORES
from morning.studies.campaigns import Announcement
from morning.studies.cases import ROLES, Case, CaseStudy

#: Score -> what it compares, as the page says it.
PARTS = SUB_SCORES | {"F": "all together"}
#: Block whose reasons posts show -> what is said of them, and what of a post shows it.
_BEHIND = {"content_topics": ("writes about", "caption"), "content_visual": ("shows", "image")}
_BEHIND_POSTS, _BEHIND_TRIED = 3, 5
_CLEARLY = 0.5  # share of a post's topics, or probability of what is seen
_CAPTION, _BIOGRAPHY = 160, 280  # characters shown, at most
_QUALITY, _CLOUD_COLOURS = 72, 48

_STYLE = """
.morning-cards { --paper: #fff; --ink: #1d2733; --soft: #5a6675; --line: #d9dfe6;
  --well: #f1f4f7; --accent: #1f6f8b; display: grid; gap: 1rem; font-size: .84rem;
  line-height: 1.4; color: var(--ink); }
:is(html[data-theme=dark], body[data-jp-theme-light=false]) .morning-cards { --paper: #1b212a;
  --ink: #e6eaef; --soft: #a3aebb; --line: #3a4452; --well: #272f3a; --accent: #5fb3d0; }
:is(html[data-theme=dark], body[data-jp-theme-light=false]) .morning-cards .views img {
  filter: brightness(1.35); }
.bd-content div.cell_output .text_html:has(.morning-cards) { background: none !important;
  padding: 0 !important; }
.morning-cards > article { background: var(--paper); border: 1px solid var(--line);
  border-radius: .6rem; padding: .9rem 1rem; display: grid; gap: .7rem; min-width: 0; }
.morning-cards p { margin: 0; overflow-wrap: anywhere; }
.morning-cards header { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
.morning-cards .role { font-weight: 700; color: var(--accent); }
.morning-cards .name { font-weight: 600; }
.morning-cards .soft { color: var(--soft); font-size: .78rem; }
.morning-cards .rank { margin-left: auto; font-weight: 600; font-variant-numeric: tabular-nums; }
.morning-cards .parts { display: grid; gap: .2rem 1.2rem;
  grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.morning-cards .bar { height: .4rem; border-radius: .2rem; background: var(--well);
  overflow: hidden; }
.morning-cards .bar > span { display: block; height: 100%; background: var(--accent); }
.morning-cards .tags { display: flex; flex-wrap: wrap; gap: .3rem; }
.morning-cards .tags > span { background: var(--well); border-radius: 1rem; padding: 0 .55rem; }
.morning-cards .posts { display: grid; gap: .7rem;
  grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); }
.morning-cards .views { display: grid; gap: .7rem;
  grid-template-columns: repeat(auto-fit, minmax(min(7.5rem, 100%), 1fr)); }
.morning-cards figure { margin: 0 !important; padding: 0 !important; min-width: 0; width: auto; }
.morning-cards figcaption { margin: 0 !important; padding: 0; max-width: none; text-align: left;
  font: inherit; font-size: .78rem; color: var(--soft) !important; }
.morning-cards .posts img, .morning-cards .none { width: 100%; aspect-ratio: 1; object-fit: cover;
  border-radius: .4rem; background: var(--well); }
.morning-cards .none { display: grid; place-items: center; text-align: center; padding: .5rem;
  box-sizing: border-box; color: var(--soft); }
.morning-cards .views img { width: 100%; height: auto; }
.morning-cards img { padding: 0 !important; background: none !important; }
.morning-cards .views figure { border: 1px solid var(--line); border-radius: .4rem;
  padding: .4rem .5rem !important; }
.morning-cards.campaign { grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
  align-items: start; }
.morning-cards.campaign .posts { grid-template-columns: minmax(0, 1fr); }
.morning-cards.behind { grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); }
.morning-cards.ranked { grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr)); }
.morning-cards.ranked .posts { grid-template-columns: minmax(0, 1fr); }
.morning-cards.ranked > article { align-content: start; }
.morning-cards.ranked .role { flex-basis: 100%; }
.morning-cards.ranked > article.partner { border: 2px solid var(--accent); }
.morning-cards.behind .posts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
"""


def brand_card(accounts: Accounts, brand: str, partners: int, candidates: int) -> HTML:
    """Show a brand, and how many of those that are ranked for it are its partners."""
    size = f"{counted(partners, 'partner')} among {counted(candidates, 'candidate')}"
    (row,) = accounts.features.rows([brand])
    return _page([_card("brand", accounts.portrait(int(row)), size)])


def ranked_cards(accounts: Accounts, ranking: pd.DataFrame, partners: Collection[str]) -> HTML:
    """Show the influencers of a ranking, each by its first post, partners marked.

    Parameters
    ----------
    accounts : Accounts
    ranking : DataFrame
        As `Recommender.rank` returns it.
    partners : collection of str
        Ids of those who worked with the brand.
    """
    cards = []
    ids = ranking["influencer_id"]
    rows = accounts.features.rows(ids)
    for row, account, rank in zip(rows, ids, ranking["rank"], strict=True):
        portrait = accounts.portrait(int(row), views=False)
        mark = "partner" if account in partners else ""
        about = _soft(" · ".join(filter(None, [portrait.known_for, _followers(portrait)])))
        posts = [_posts(portrait.posts[:1])] if portrait.posts else []
        header = _header(mark, portrait.name, "", f"{rank}")
        cards.append(_node("article", header, about, *posts, class_="partner" if mark else ""))
    return _page(cards, "ranked")


def case_cards(study: CaseStudy, accounts: Accounts) -> HTML:
    """Show the accounts that stand for something in the ranking of a brand."""
    cards = []
    for case in study.cases:
        rank = f"rank {case.rank:,} of {study.candidates:,}"
        cards.append(_card(case.role, accounts.portrait(case.row), rank, _parts(case)))
    return _page(cards)


def campaign_cards(found: Announcement | None, accounts: Accounts) -> HTML:
    """Show a brand, the post that announces its collaboration, and whom the post reaches."""
    if found is None:
        return _page([_node("article", _soft("No post of the data names a partner of the brand."))])
    brand, influencer = (
        accounts.portrait(int(row))
        for row in accounts.features.rows([found.brand, found.influencer])
    )
    (post,) = accounts.shown(found.author, found.post)
    author = brand if found.author == found.brand else influencer
    announced = _node("article", _header("the post", author.name, ""), _posts([post], whole=True))
    reached = [view for view in author.views if view.name in ("AUI", "AUT")]
    audience = _node(
        "article",
        _header("the audience", f"of {author.name}", _followers(author)),
        *([_views(reached)] if reached else []),
    )
    about = [_header("the brand", brand.name, brand.known_for), *_texts(brand)]
    return _page([_node("article", *about), announced, audience], "campaign")


def reason_cards(
    recommender: Recommender, accounts: Accounts, pair: Sequence[str], reasons: pd.DataFrame
) -> HTML | None:
    """Show the posts behind a topic and an object or scene that speak for a pair.

    Of each, the strongest that posts of both show by themselves; None where there are no posts.

    Parameters
    ----------
    recommender : Recommender
    accounts : Accounts
        Of the data with their posts.
    pair : sequence of str
        Ids of the brand and of the influencer; one who is not in the data is passed over.
    reasons : DataFrame
        From `Recommender.explain`.
    """
    if accounts.dataset.posts.empty:
        return None
    there = [account for account in pair if account in set(accounts.dataset.accounts["account_id"])]
    ahead = (reasons["contribution"] - reasons["average"]).where(reasons["how"] == "similarity")
    cards = []
    for block, (verb, column) in _BEHIND.items():
        own = ahead[(reasons["block"] == block) & (ahead > 0)].nlargest(_BEHIND_TRIED)
        for what in reasons.loc[own.index, "what"]:
            posts = {}
            for account in there:
                found = recommender.posts_that_show(accounts.dataset, account, block, what)
                text = found[column].fillna("")
                clear = (found["shown"] >= _CLEARLY) & (text != "")
                if column == "caption":
                    clear &= text.str.casefold().map(_has_one(what))
                posts[account] = found[clear].head(_BEHIND_POSTS)
            if there and all(map(len, posts.values())):
                said = f"{verb} {accounts.names.words(what.replace('_', ' '))}"
                for account, found in posts.items():
                    title = _header(said, accounts.names.shown[account], "")
                    cards.append(_node("article", title, _posts(accounts.shown(account, found))))
                break
    none = _node("article", _soft("No post shows by itself what speaks for the pair."))
    return _page(cards or [none], "behind")


def _has_one(words: str) -> Callable[[str], bool]:
    """Return whether a caption has one of the words that a topic is called by."""
    return lambda caption: any(word in caption for word in words.casefold().split(", "))


def _page(cards: Iterable[Element], kind: str = "") -> HTML:
    """Return cards with their style; no formula is looked for in their text."""
    classes = " ".join(["morning-cards", *kind.split(), "mathjax_ignore", "tex2jax_ignore"])
    page = _node("div", _node("style", _STYLE), *cards, class_=classes)
    return HTML(tostring(page, encoding="unicode", method="html"))


def _card(role: str, portrait: Portrait, rank: str, parts: Element | None = None) -> Element:
    paper = f" ({ROLES[role][0]})" if role in ROLES else ""
    about = [each for each in (portrait.known_for, _followers(portrait)) if each]
    return _node(
        "article",
        _header(role + paper, portrait.name, " · ".join(about), rank),
        *([] if parts is None else [parts]),
        *_texts(portrait),
        *([_posts(portrait.posts)] if portrait.posts else []),
        *([_views(portrait.views)] if portrait.views else []),
        *([_soft(" ".join(portrait.missing))] if portrait.missing else []),
    )


def _header(role: str, name: str, about: str, rank: str = "") -> Element:
    """Say what an account stands for, what it is called, and where it is ranked."""
    return _node(
        "header",
        *([_node("span", role, class_="role")] if role else []),
        _node("span", name, class_="name"),
        *([_node("span", about, class_="soft")] if about else []),
        _node("span", rank, class_="rank"),
    )


def _parts(case: Case) -> Element:
    """Show every score, and how many of the other candidates it beats."""
    rows = []
    for part, value in case.scores.items():
        share = case.beats[part]
        said = f"{part} = {value:.3g}, {PARTS.get(part, part)}: above {share:.0%} of the others"
        bar = _node("span", style=f"width: {share:.1%}")
        rows.append(_node("div", _soft(said), _node("div", bar, class_="bar")))
    return _node("div", *rows, class_="parts")


def _texts(portrait: Portrait) -> list[Element]:
    """Show biography and attributes, where there are any."""
    biography = _shortened(portrait.biography, _BIOGRAPHY)
    tags = [_node("span", name) for name in portrait.attributes]
    shown = [_node("p", biography, dir="auto")] if biography else []
    return shown + ([_node("div", *tags, class_="tags")] if tags else [])


def _posts(posts: Sequence[Shown], whole: bool = False) -> Element:
    """Show posts side by side, their captions shortened unless they are to be whole."""
    figures = []
    for number, post in enumerate(posts, start=1):
        caption = post.caption if whole else _shortened(post.caption, _CAPTION)
        if post.picture is None:
            picture = _node("div", post.trouble, class_="none")
        else:
            alt = f"post {number}: {_shortened(post.caption, _CAPTION) or 'without a caption'}"
            picture = _node("img", src=_jpeg(post.picture), alt=alt)
        counts = {"like": post.likes, "comment": post.comments}
        said = ", ".join(counted(n, noun) for noun, n in counts.items() if n is not None)
        below = _node("figcaption", _node("p", caption, dir="auto"), _node("p", said))
        figures.append(_node("figure", picture, below))
    return _node("div", *figures, class_="posts")


def _views(views: Iterable[View]) -> Element:
    """Show what the vectors of an account say, each below its name in the paper."""
    figures = []
    for view in views:
        if view.cloud is not None:
            alt = f"{view.name}: {', '.join(view.words)}"
            shown = _node("img", src=_png(view.cloud), alt=alt)
        elif view.shares is not None:
            shown = _node("div", *(_share(*each) for each in view.shares.items()))
        else:
            shown = _soft(view.missing)
        title = _node("figcaption", _node("strong", view.name), f" {view.title}")
        figures.append(_node("figure", title, shown))
    return _node("div", *figures, class_="views")


def _share(name: str, share: float) -> Element:
    bar = _node("span", style=f"width: {share:.1%}")
    return _node("div", _soft(f"{name}: {share:.0%}"), _node("div", bar, class_="bar"))


def _soft(text: str) -> Element:
    return _node("p", text, class_="soft")


def _followers(portrait: Portrait) -> str:
    return "" if portrait.followers is None else counted(portrait.followers, "follower")


def _shortened(text: str, most: int) -> str:
    """Return the first words of a text, and say so where there are more."""
    return textwrap.shorten(text, most, placeholder=" (shortened)")


def _jpeg(picture: Image.Image) -> str:
    return _uri(picture, "JPEG", quality=_QUALITY)


def _png(picture: Image.Image) -> str:
    return _uri(picture.quantize(_CLOUD_COLOURS), "PNG", optimize=True)


def _uri(picture: Image.Image, kind: str, **options: object) -> str:
    """Return a picture as an address that holds it."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _node(tag: str, *children: Element | str, **attributes: str) -> Element:
    """Return an element; `class_` is its class."""
    element = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            element.append(child)
        elif len(element):
            element[-1].tail = child
        else:
            element.text = child
    return element
