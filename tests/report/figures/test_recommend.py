"""The parts of a ranking's scores, stacked."""

import numpy as np
import pandas as pd
from morning.report.figures.recommend import parts_of_scores


def test_parts_end_where_their_sums_say():
    parts = {"f": [2.0, 1.0], "h": [-0.5, 0.5], "popularity": [-1.0, -0.25]}
    ranking = pd.DataFrame({"influencer_id": ["a", "b"], "rank": [1, 2], **parts})
    ranking["score"] = ranking[list(parts)].sum(axis=1)
    figure = parts_of_scores(ranking, {"b"}, {"a": "one", "b": "$two$"})
    (axis,) = figure.axes
    bars = [(bar.get_x(), bar.get_width()) for bar in axis.patches]
    np.testing.assert_allclose(bars, [(0, 2), (0, 1), (0, -0.5), (1, 0.5), (-0.5, -1), (0, -0.25)])
    labels = axis.get_yticklabels()
    assert [label.get_text() for label in labels] == ["one  1", r"partner  \$two\$  2"]
    assert [label.get_fontweight() for label in labels] == ["normal", "bold"]
    assert "audience" not in " ".join(axis.get_legend_handles_labels()[1])
