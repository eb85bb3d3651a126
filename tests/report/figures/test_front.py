"""The figure of the first page."""

from morning.report.figures.front import SHOWN, headline


def row(method, auc):
    return {
        "method": method, "auc": auc, "cauc": auc - 0.1,
        "ci95": {"auc": [auc - 0.02, auc + 0.02], "cauc": [auc - 0.15, auc - 0.05]},
        "paper": {"auc": 0.884, "cauc": 0.727} if method in ("MORNING", "RAND") else None,
    }  # fmt: skip


def test_every_method_and_the_papers_morning_alone():
    figure = headline([row(method, 0.6 + i / 20) for i, method in enumerate(SHOWN)])
    left, right = figure.axes
    assert [text.get_text() for text in left.get_yticklabels()] == list(SHOWN.values())
    crosses = [line for line in left.lines if line.get_marker() == "x"]
    assert [line.get_xdata()[0] for line in crosses] == [0.884]
    assert {text.get_text() for text in right.texts} >= {"0.727", "0.500"}
