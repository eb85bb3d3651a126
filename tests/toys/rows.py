"""Rows of a results file, written by hand."""

EVIL = "<script>alert('&')</script>"


def row(method: str = "full", **changes: object) -> dict[str, object]:
    columns = {
        "method": method,
        "auc": 0.5,
        "medr": 2.0,
        "ci95": {"auc": [0.4, 0.612], "medr": [1.0, 10.5]},
        "paper": {"auc": 0.884, "medr": 2},
    }
    return columns | changes
