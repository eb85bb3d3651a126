"""Results documents as text that leaves the book: plain tables, CSV, LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from morning.evaluation import METRICS
from morning.files import whole_file
from morning.plain import in_csv, in_latex, on_one_line
from morning.report.headings import HEADINGS, PAPER_METRICS, number


def export(rows: Sequence[Mapping[str, Any]], results: Path) -> None:
    """Write rows as CSV and LaTeX beside a results file, each whole or not at all."""
    for suffix, form in ((".csv", to_csv), (".tex", to_latex)):
        with whole_file(results.with_suffix(suffix)) as temporary:
            temporary.write_text(form(rows), encoding="utf-8")


def to_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a plain table of the paper's seven metrics; a dash where there is none."""
    lines = [f"{'method':<24}" + "".join(f"{m:>11}" for m in PAPER_METRICS)]
    for row in rows:
        cells = "".join(f"{number(row[m], m):>11}" for m in PAPER_METRICS)
        lines.append(
            f"{on_one_line(row['method']):<24}" + (f"   {row['needs']}" if row["needs"] else cells)
        )
    return "\n".join(lines) + "\n"


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV: a column per metric, with sd, interval and p-value where there are."""
    columns = ["method", *METRICS]
    columns += [f"{m} {what}" for m in METRICS for what in ("sd", "low", "high", "p_holm", "paper")]
    columns += ["seeds", "interpretation", "oracle", "needs", "note", "seconds"]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        flat = dict(row)
        for m in METRICS:
            low, high = (row.get("ci95") or {}).get(m) or (None, None)
            flat |= {
                f"{m} sd": (row.get("sd") or {}).get(m),
                f"{m} low": low,
                f"{m} high": high,
                f"{m} p_holm": ((row.get("difference") or {}).get(m) or {}).get("p_holm"),
                f"{m} paper": (row.get("paper") or {}).get(m),
            }
        writer.writerow({name: in_csv(cell) for name, cell in flat.items()})
    return out.getvalue()


def to_latex(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a LaTeX table (booktabs) of the paper's seven metrics.

    A dagger marks an interpretation, an asterisk a difference to the reference with a corrected
    p below 0.05; below our numbers stand the paper's, in small print.
    """
    lines = [
        r"\begin{tabular}{l" + "r" * len(PAPER_METRICS) + "}",
        r"\toprule",
        " & ".join(["Method", *HEADINGS.values()]) + r" \\",
        r"\midrule",
    ]
    for row in rows:
        name = in_latex(row["method"]) + (r"$^\dagger$" if row.get("interpretation") else "")
        name += " (oracle)" if row.get("oracle") else ""
        if row.get("needs"):
            words = rf"\multicolumn{{{len(PAPER_METRICS)}}}{{l}}{{{in_latex(row['needs'])}}}"
            lines.append(rf"{name} & {words} \\")
            continue
        cells = []
        for m in PAPER_METRICS:
            p = ((row.get("difference") or {}).get(m) or {}).get("p_holm")
            mark = "$^*$" if p is not None and p < 0.05 else ""
            cells.append(_cell(row[m], m) + mark)
        lines.append(rf"{name} & {' & '.join(cells)} \\")
        if paper := row.get("paper"):
            small = [rf"{{\scriptsize {_cell(paper.get(m), m)}}}" for m in PAPER_METRICS]
            lines.append(rf"\quad {{\scriptsize paper}} & {' & '.join(small)} \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _cell(value: float | None, metric: str) -> str:
    """Return a value as LaTeX; the dash of a missing one is an en dash."""
    return "--" if value is None else number(value, metric)
