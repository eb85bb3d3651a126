"""An interactive view of topics that opens without a network."""

from __future__ import annotations

import base64
import html
import warnings
from pathlib import Path

import numpy as np
import pyLDAvis
from pyLDAvis.urls import D3_LOCAL, LDAVIS_CSS_LOCAL, LDAVIS_LOCAL

from morning.errors import MorningError
from morning.features.documents import Documents
from morning.features.topics import TopicModel
from morning.plain import ESCAPED_JSON


def topic_view_html(model: TopicModel, documents: Documents, terms: int = 30) -> str:
    """Return pyLDAvis' view of a model as HTML with its scripts inside.

    Parameters
    ----------
    model : TopicModel
    documents : Documents
        Documents that say how frequent topics and words are; those it was fitted on, usually.
    terms : int
        Words shown per topic.

    Returns
    -------
    str
        A fragment to put into a page; scripts and styles are data URIs, nothing is loaded from
        elsewhere. Topic k, from 1, is column k - 1 of the block.

    Raises
    ------
    MorningError
        If there are fewer than three topics, which span no plane, or no document has a word.
    """
    k = model.lda.num_topics
    if k < 3:
        raise MorningError(f"the topic view needs at least 3 topics, this model has {k}")
    bags = model.bags(documents).filled()
    if not len(bags):
        raise MorningError("no document has a word that the model knows")
    frequency = np.zeros(len(model.vocabulary))
    for bag in bags:
        for word, count in bag:
            frequency[word] += count
    seen = np.flatnonzero(frequency)
    topics = model.topics()[:, seen]
    shares = model.infer(bags).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' deprecations inside pyLDAvis
        prepared = pyLDAvis.prepare(
            topics / topics.sum(axis=1, keepdims=True),
            shares / shares.sum(axis=1, keepdims=True),
            np.array([sum(count for _, count in bag) for bag in bags]),
            [model.vocabulary[i] for i in seen],
            frequency[seen],
            R=terms,
            mds=_plane,
            n_jobs=1,
            sort_topics=False,
            start_index=1,
        )
    return pyLDAvis.prepared_data_to_html(
        _Prepared(*prepared),
        template_type="simple",
        visid=f"topics-{model.digest[:8]}",
        d3_url=_inline(D3_LOCAL, "text/javascript"),
        ldavis_url=_inline(LDAVIS_LOCAL, "text/javascript"),
        ldavis_css_url=_inline(LDAVIS_CSS_LOCAL, "text/css"),
    )


class _Prepared(pyLDAvis.PreparedData):  # type: ignore[misc]
    """A view's data as JSON that cannot end the script that holds it, whatever its words are."""

    def to_json(self) -> str:
        return str(super().to_json()).translate(ESCAPED_JSON)


def _plane(topics: np.ndarray) -> np.ndarray:
    """Return coordinates of topics: those of pyLDAvis, whose imaginary parts are rounding errors.

    Raises
    ------
    MorningError
        If topics are too alike to be told apart.
    """
    try:
        with np.errstate(all="ignore"):
            plane = np.real(pyLDAvis.js_PCoA(topics))
    except np.linalg.LinAlgError:
        plane = np.full((len(topics), 2), np.nan)
    if not np.isfinite(plane).all():
        raise MorningError("the topics are too alike to be drawn as a map")
    return plane


def _inline(path: str, kind: str) -> str:
    """Return a file as a data URI."""
    return f"data:{kind};base64,{base64.b64encode(Path(path).read_bytes()).decode('ascii')}"


#: Pixels that the view takes, whatever the width of a page.
_WIDTH, _HEIGHT = 1240, 850


def topic_frame(model: TopicModel, documents: Documents) -> str:
    """Return the view, to be unfolded: in its own size, in a box that scrolls on narrow pages.

    It is in a frame, so that its style stays off the page around it.

    Parameters
    ----------
    model, documents
        As in `topic_view_html`.
    """
    try:
        view = topic_view_html(model, documents)
    except MorningError as error:
        return f"<p>{html.escape(str(error))}</p>"
    style = f"width: {_WIDTH}px; height: {_HEIGHT}px; border: 0; background: white;"
    inner = html.escape(view, quote=True)
    # In a sandbox, its scripts reach nothing of the page around it.
    about = f'style="{style}" title="topics as a map" sandbox="allow-scripts"'
    frame = f'<iframe srcdoc="{inner}" {about}></iframe>'
    return (
        "<details><summary>The map</summary>"
        "<p>Touch or click a circle to see its words. The map is wider than most pages: words are "
        "to the right of the circles.</p>"
        f'<div class="map" tabindex="0" style="overflow-x: auto;">{frame}</div></details>'
    )
