"""From a ranking to a shortlist: filters, diversity, and the best choice within a budget."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

import numpy as np
import pandas as pd

from morning.errors import MorningError, counted

#: What a condition may be made of.
_ALLOWED = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd),
    *(ast.Invert, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.BitAnd, ast.BitOr),
    *(ast.Compare, ast.cmpop, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple),
)
_QUOTED = re.compile("`[^`]*`")  # a column whose name has spaces
_LONGEST = 1_000
#: Most accounts that a budget is divided among.
_MOST = 10_000


def filtered(table: pd.DataFrame, conditions: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that meet every condition, and a sentence on what each removed.

    Parameters
    ----------
    table : DataFrame
    conditions : list of str
        Columns, numbers and texts, compared and joined: ``followers < 50000``, ``language in
        ["en", "de"] and not suspicious``. Nothing is called and no attribute is looked up, so
        that a condition of anyone's runs no code. A row without the value does not meet a
        condition on it.

    Raises
    ------
    MorningError
        If a condition cannot be read, or names a column that is not there.
    """
    said = []
    for condition in conditions:
        _check(condition, table)
        try:
            met = table.eval(condition, engine="python", local_dict={}, global_dict={})
        except pd.errors.UndefinedVariableError as error:
            name = str(error).split("'")[1]
            nearest = get_close_matches(name, map(str, table.columns), 1)
            meant = f"; is {nearest[0]} meant?" if nearest else "."
            known = ", ".join(map(str, table.columns))
            raise MorningError(f"there is no column {name!r}{meant} Known are {known}.") from None
        except Exception as error:  # whatever an expression of anyone's raises
            raise MorningError(f"{condition!r} cannot be read as a condition: {error}") from error
        if not (isinstance(met, pd.Series) and pd.api.types.is_bool_dtype(met.dtype)):
            raise MorningError(f"{condition!r} is no condition: it must be true or false of a row")
        kept = table[met.fillna(False).astype(bool)]
        said.append(f"{condition}: {counted(len(table) - len(kept), 'account')} removed.")
        table = kept
    return table.reset_index(drop=True), said


def _check(condition: str, table: pd.DataFrame) -> None:
    """Refuse what is no comparison of columns, numbers and texts.

    Raises
    ------
    MorningError
    """
    if len(condition) > _LONGEST:
        raise MorningError(f"a condition has at most {_LONGEST:,} letters")
    try:
        tree = ast.parse(_QUOTED.sub("_", condition.strip()), mode="eval")
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise MorningError(
            f"{condition!r} cannot be read as a condition, such as followers < 50000"
        ) from None
    reckoned = (
        part
        for node in nodes
        if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.BitAnd, ast.BitOr))
        for part in ast.walk(node)
    )
    if not all(isinstance(node, _ALLOWED) for node in nodes) or any(
        _no_number(part, table) for part in reckoned
    ):
        raise MorningError(
            f"{condition!r}: a condition compares columns with numbers and texts, joined by and, "
            "or, not; nothing else"
        )


def _no_number(part: ast.AST, table: pd.DataFrame) -> bool:
    """Whether something is nothing to reckon with: many times a text would fill the memory."""
    if isinstance(part, ast.Constant):
        return not isinstance(part.value, (int, float))
    if isinstance(part, ast.Name) and part.id in table:
        return not pd.api.types.is_numeric_dtype(table[part.id])
    return isinstance(part, (ast.List, ast.Tuple))


def diverse(scores: np.ndarray, alike: np.ndarray, k: int, diversity: float) -> np.ndarray:
    """Choose accounts one by one that score high and are unlike those chosen before.

    Each maximises (1 - diversity) * score, scaled to 0 to 1, minus diversity * the largest
    likeness to one that is chosen: maximal marginal relevance (Carbonell and Goldstein, SIGIR
    1998).

    Parameters
    ----------
    scores : float array, shape (n,)
    alike : float array, shape (n, n)
        Likeness of accounts, 1 where they are the same.
    k : int
        How many, or all if there are fewer.
    diversity : float
        From 0, by score alone, to 1, by difference alone.

    Returns
    -------
    int array, shape (min(k, n),)
        Rows, in the order of choice.

    Raises
    ------
    MorningError
        If `diversity` is not from 0 to 1.
    """
    if not 0 <= diversity <= 1:
        raise MorningError(f"diversity is from 0 to 1, not {diversity}")
    spread = np.ptp(scores) if len(scores) else 0.0
    worth = (1 - diversity) * ((scores - scores.min()) / spread if spread else 0 * scores)
    nearest = np.full(len(scores), -np.inf)
    chosen: list[int] = []
    left = np.ones(len(scores), dtype=bool)
    while len(chosen) < k and left.any():
        penalty = diversity * nearest if chosen else 0.0
        best = int(np.argmax(np.where(left, worth - penalty if chosen else scores, -np.inf)))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, alike[best])
    return np.array(chosen, dtype=np.int64)


def within_budget(
    chances: np.ndarray, costs: np.ndarray, budget: float, most: int | None = None
) -> np.ndarray:
    """Choose the accounts that bring the most partners to expect for no more than a budget.

    Parameters
    ----------
    chances : float array, shape (n,)
        Chance of each to be a partner, at most 10,000.
    costs : float array, shape (n,)
        In any currency; one whose cost is unknown, NaN, is never chosen.
    budget : float
        In the same.
    most : int, optional
        How many may be chosen.

    Returns
    -------
    bool array, shape (n,)
        The choice; there is none with a larger sum of chances (solved exactly, by HiGHS).

    Raises
    ------
    MorningError
        If a cost or the budget is negative, or there are too many accounts.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # ranking does not wait for it

    if len(chances) > _MOST:
        raise MorningError(f"a budget is divided among {_MOST:,} accounts at most: filter first")
    if not budget >= 0 or (costs < 0).any():
        raise MorningError("costs and the budget must not be negative")
    chosen = np.zeros(len(chances), dtype=bool)
    known = np.flatnonzero(costs <= budget)
    if len(known) == 0:
        return chosen
    solved = milp(
        -chances[known],
        integrality=np.ones(len(known)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            np.stack([costs[known], np.ones(len(known))]),
            ub=[budget, len(known) if most is None else most],
        ),
        options={"mip_rel_gap": 0},
    )
    if solved.x is None:
        raise MorningError(f"no choice within the budget was found: {solved.message}")
    chosen[known] = solved.x > 0.5
    return chosen
