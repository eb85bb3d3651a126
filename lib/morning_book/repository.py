"""Where the repository lies, where the environment says so: buttons to run, edit and report.

Also a Sphinx extension: the book is rendered from one folder, and its pages lie in two.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from morning.errors import MorningError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: Environment variable with the address of the repository on GitHub.
REPOSITORY = "MORNING_REPOSITORY"
_ADDRESS = re.compile(r"https://github\.com/[\w-]+/[\w.-]+")
#: Options of the theme; Jupyter Book's own names of them give way to those that are set there.
_BUTTONS = {
    "repository_branch": "main",
    "use_repository_button": True,
    "use_issues_button": True,
    "use_edit_page_button": True,
    "launch_buttons": {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
    },
}
_ELSEWHERE = """\
## Run it elsewhere

The rocket above a chapter opens its notebook. On Binder everything is installed, and so it is in
[a Codespace](https://codespaces.new/{name}), where `make lab` opens all chapters. Colab has the
notebook alone: run these lines in a first cell, and restart the session when it asks for it. The
last one makes what chapters read of those before them; it takes some minutes.

```text
%pip install --quiet git+{address}
%pip install --quiet --no-deps node2vec=={node2vec}
!morning run --no-book
```"""


def repository() -> str:
    """Return the address of the repository, empty where nothing says it.

    `MORNING_REPOSITORY`, else what GitHub says on its own machines.

    Raises
    ------
    MorningError
        If the variable holds no address on GitHub.
    """
    if address := os.environ.get(REPOSITORY, "").removesuffix("/").removesuffix(".git"):
        if not _ADDRESS.fullmatch(address):
            raise MorningError(f"{REPOSITORY}: {address!r} is not https://github.com/OWNER/NAME")
        return address
    server, name = (os.environ.get(f"GITHUB_{part}", "") for part in ("SERVER_URL", "REPOSITORY"))
    address = f"{server}/{name}"
    return address if _ADDRESS.fullmatch(address) else ""


def add_buttons(config: Path, address: str) -> None:
    """Add to the configuration of Jupyter Book the buttons of a repository at `address`, if any."""
    if not address:
        return
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    sphinx = content["sphinx"]
    sphinx["config"]["extensions"].append(__name__)
    sphinx["config"]["html_theme_options"] |= _BUTTONS | {"repository_url": address}
    config.write_text(yaml.safe_dump(content), encoding="utf-8")


def elsewhere(address: str) -> str:
    """Return the section on running a chapter elsewhere; empty without an address."""
    if not address:
        return ""
    return _ELSEWHERE.format(
        address=address,
        name=address.removeprefix("https://github.com/"),
        node2vec=version("node2vec"),
    )


def _place(app: Sphinx, pagename: str, template: str, context: dict[str, Any], *_: Any) -> None:
    """Say in which folder of the repository a page lies: notebooks are where they are."""
    context["doc_path"] = "" if pagename.startswith("notebooks/") else "book"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register it."""
    app.connect("html-page-context", _place)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
