"""A world whose every text is an attack, and what is left of it in a browser."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pandas as pd
from morning.sources import demo

#: What executed sets a flag; what became markup is an element or a formula.
_RUN = "window.pwned=1;document.title='pwned'"
#: Text that means something to one medium or another, and is only to be shown.
PAYLOADS = (
    f"<script>{_RUN}</script><x-pwned>",
    f'"><img src=x onerror="{_RUN}"><svg onload="{_RUN}">',
    "</td></tr></table></div></details><h1 id=pwned>pwned</h1>",
    f"</script></style></title><script>{_RUN}</script><!--",
    r"$\frac{$ and $$ x^2 $$",
    rf"\(\href{{javascript:{_RUN}}}{{x}}\) \begin{{equation}}x\end{{equation}} \input{{pwned}}",
    "{{7*7}} {% include 'pwned' %} ${pwned} %s {0}",
    "{math}`x` {eval-rst}`x` `` ` *b* _i_ ~s~ |t| & &lt; # 1. - +",
    f"[x](javascript:{_RUN}) ![x](http://127.0.0.1:9/pwned.png) <http://127.0.0.1:9>",
    '=HYPERLINK("http://127.0.0.1:9/pwned";"x")',
    "+1+cmd|' /C pwned'!A0",
    "-2+3",
    "@SUM(1)",
    "../../pwned",
)
#: Those with characters that no identifier may have: lines of MyST, codes of terminals, NUL.
UNSEEN = (
    f"\n\n```{{raw}} html\n<script>{_RUN}</script><x-pwned>\n```\n\n",
    "\n\n```{include} /etc/passwd\n```\n# pwned\n",
    "\x1b[2J\x1b]0;pwned\x07\x9b31m",
    "\u202epwned\u2066\u2028",
    "\tpwned",
    "pwned\0",
)
EVERY = PAYLOADS + UNSEEN
#: A further column of accounts.
COLUMN = f"=1+1 \x1b[2J <script>{_RUN}</script><x-pwned> $\\frac{{$"

#: Counts what the text of the data became: elements, formulas and links of its own, a flag.
_BECAME = """() => document.querySelectorAll(
  "x-pwned, #pwned, img[src=x], [onerror], [onload]:not(body), a[href^='javascript:'], "
  + "a[*|href^='javascript:'], [src*='127.0.0.1'], [href*='127.0.0.1'], .cell_output mjx-container"
).length + (window.pwned ? 1 : 0) + (document.title.startsWith("pwned") ? 1 : 0)"""


def write_attacked(folder: Path) -> None:
    """Write a small world in which ids, texts, categories, columns and files are attacks."""
    world = demo.generate(
        folder, brands=12, influencers=24, posts=3, audience=2, audience_posts=1, picture_size=24
    )
    tables = {name: table.copy() for name, table in world.tables().items()}
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()
    names = {
        name: f"{payload} {k}"
        for k, (name, payload) in enumerate(zip(tables["accounts"]["account_id"], cycle(PAYLOADS)))
    }
    for table in tables.values():
        for column in ("account_id", "audience_id", "brand_id", "influencer_id"):
            if column in table:
                table[column] = table[column].map(names)
    accounts, posts = tables["accounts"], tables["posts"]
    categories = accounts["category"].dropna().unique()
    called = dict(zip(categories, cycle((*PAYLOADS[:4], *UNSEEN[2:4], *PAYLOADS[4:]))))
    accounts["category"] = accounts["category"].map(called)
    accounts["biography"] = _attacked(accounts["biography"])
    accounts[COLUMN] = [payload for payload, _ in zip(cycle(EVERY), accounts.index)]
    accounts["cost"] = 1.0
    posts["caption"] = _attacked(posts["caption"])
    posts["post_id"] = [f"{p} {k}" for k, p in zip(posts.index, cycle(PAYLOADS))]
    posts["image"] = [_renamed(folder, each, k) for k, each in enumerate(posts["image"])]
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


def _attacked(texts: pd.Series) -> list[str]:
    return [f"{p} {text}" for text, p in zip(texts.fillna(""), cycle(EVERY))]


def _renamed(folder: Path, image: str, number: int) -> str:
    """Give every third picture a name that is an attack."""
    if number % 3 or pd.isna(image):
        return image
    payload = PAYLOADS[number // 3 % len(PAYLOADS)].replace("/", "").replace("\\", "")
    name = f"{payload[:80]} {number}.png"
    (folder / image).rename(folder / name)
    return name


def became(page) -> int:
    """Return how much of what a page shows was executed or became markup, in all its frames."""
    return sum(frame.evaluate(_BECAME) for frame in page.frames)
