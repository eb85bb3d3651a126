"""The released research files: where they are, what they must contain, how to get them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from tqdm import tqdm

from morning.downloads import DownloadError, download
from morning.errors import MorningError
from morning.files import git_blob, read_json, sha256
from morning.places import data_folder

#: Environment variable that names a folder `<owner>/<repo>/<commit>/<path>` to read instead of
#: the network.
MIRROR = "MORNING_MIRROR"


@dataclass(frozen=True)
class ReleasedFile:
    """One file of a public research repository at a pinned commit.

    Attributes
    ----------
    repo, commit, path : str
        Owner and name of the repository, commit, and path inside it.
    git_blob : str
        Git's id of the content, known for every file.
    size : int or None
        Bytes, where known.
    sha256 : str or None
        Digest, where known; elsewhere the git blob id alone verifies the content.
    """

    repo: str
    commit: str
    path: str
    git_blob: str
    size: int | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """File name without folders, unique among the released files."""
        return Path(self.path).name

    @property
    def url(self) -> str:
        """Address of the content."""
        return f"https://raw.githubusercontent.com/{self.repo}/{self.commit}/{quote(self.path)}"

    def below(self, root: Path) -> Path:
        """Return where the file lies in a mirror folder."""
        return root / self.repo / self.commit / self.path

    def verify(self, path: Path) -> None:
        """Compare a file on disk with what is known of it.

        Raises
        ------
        MorningError
            Naming the file, what was expected and what was found.
        """
        if self.size is not None and (found := path.stat().st_size) != self.size:
            raise self._differs("size", f"{self.size} bytes", f"{found} bytes")
        if self.sha256 is not None:
            if (digest := sha256(path)) != self.sha256:
                raise self._differs("SHA-256", self.sha256, digest)
        elif (digest := git_blob(path)) != self.git_blob:
            raise self._differs("git blob id", self.git_blob, digest)

    def _differs(self, what: str, expected: str, found: str) -> MorningError:
        return MorningError(
            f"{self.repo}/{self.path}: {what} differs from the released file\n"
            f"  expected {expected}\n  found    {found}"
        )


def registry() -> dict[str, ReleasedFile]:
    """Return the released files by name."""
    with resources.as_file(resources.files(__package__) / "registry.json") as path:
        files = [ReleasedFile(**entry) for entry in read_json(path)]
    return {file.name: file for file in files}


def mirror_folder(mirror: str | Path | None = None) -> Path | None:
    """Return the mirror to read: the argument, else `MORNING_MIRROR`, else None (network)."""
    chosen = mirror or os.environ.get(MIRROR)
    if not chosen:
        return None
    folder = Path(chosen).expanduser()
    if not folder.is_dir():
        raise MorningError(f"{MIRROR}: there is no folder {folder}")
    return folder


def fetch(*names: str, mirror: str | Path | None = None) -> dict[str, Path]:
    """Return verified local paths of released files, downloading what is not there.

    Parameters
    ----------
    *names : str
        File names; every file whose SHA-256 is known where none is given.
    mirror : path, optional
        Folder to read instead of the network; default `MORNING_MIRROR`.

    Returns
    -------
    dict of str to Path

    Raises
    ------
    MorningError
        If a file is missing, cannot be reached or differs from the released one.
    """
    known = registry()
    chosen = [known[n] for n in names] if names else [f for f in known.values() if f.sha256]
    folder = mirror_folder(mirror)
    if folder is not None:
        return {file.name: _from_mirror(file, folder) for file in chosen}
    root = data_folder() / "public"
    absent = [file for file in chosen if not file.below(root).is_file()]
    for file in tqdm(absent, desc="fetching released files", unit="file", disable=not absent):
        _download(file, file.below(root))
    for file in chosen:
        if file not in absent:
            _verify_cached(file, file.below(root))
    return {file.name: file.below(root) for file in chosen}


def available(name: str, mirror: str | Path | None = None) -> bool:
    """Whether a released file can be had without being blocked: in the mirror, or by network."""
    folder = mirror_folder(mirror)
    return folder is None or registry()[name].below(folder).is_file()


def _from_mirror(file: ReleasedFile, folder: Path) -> Path:
    path = file.below(folder)
    if not path.is_file():
        expected = f"SHA-256 {file.sha256}" if file.sha256 else f"git blob id {file.git_blob}"
        raise MorningError(f"{folder}: the released file is missing\n  {path}\n  with {expected}")
    file.verify(path)
    return path


def _verify_cached(file: ReleasedFile, path: Path) -> None:
    try:
        file.verify(path)
    except MorningError as error:
        raise MorningError(f"{error}\n  delete {path} to fetch it again") from None


def _download(file: ReleasedFile, path: Path) -> None:
    try:
        download(file.url, path, file.verify)
    except DownloadError as error:
        raise MorningError(
            f"{error}: connect to the network, or set {MIRROR} to a folder that holds the released"
            " files."
        ) from error
