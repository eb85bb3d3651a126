"""What the parameters of a chapter and of a whole run mean, wherever it is executed."""

from __future__ import annotations

from pathlib import Path

from morning.places import checkout


def run_folder(run: str, data: str, here: Path | None = None) -> Path:
    """Return the folder of a run.

    Parameters
    ----------
    run : str
        A name, of a folder in `runs/`, or a path, which has a slash. Empty: the last part of the
        data's name.
    data : str
        A named source or a folder.
    here : Path, optional
        Where paths start and `runs/` is. By default paths start from the current folder, and
        `runs/` is in the checkout, where there is one: a chapter finds the runs of the others in
        whatever folder its kernel was started.
    """
    start = here or Path.cwd()
    name = run or Path(data).resolve().name or "root"
    below = start if "/" in name else (here or checkout() or start) / "runs"
    return (below / Path(name).expanduser()).resolve()


def profile_name(profile: str, data: str) -> str:
    """Return the name of the profile that trains; `auto`: quick for the demo, else the paper's."""
    return profile if profile != "auto" else "quick" if data == "demo" else "paper"
