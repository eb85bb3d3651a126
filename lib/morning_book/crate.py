"""What an exported run says of itself: the metadata of an RO-Crate, as JSON-LD.

It follows the profile Process Run Crate: an action for each executed notebook, with the notebook,
what it read and what it wrote; who ran it is left out.
https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from morning.files import sha256
from morning.run import Run

from morning_book.provenance import place, records, whole_files

METADATA = "ro-crate-metadata.json"
CITATION = "CITATION.cff"
#: Folder of the notebooks as they were before.
SOURCES = "source"
PAPER = "https://doi.org/10.1109/TMM.2022.3151029"
#: Whose the content is, by kind of data.
RIGHTS = {
    "demo": "Everything here was generated; it is under the MIT licence, as the code is.",
    "public": "The vectors follow from files that their authors released without a licence that "
    "we know. Keep this file to yourself, or ask them. The code is under the MIT licence.",
    "folder": "The rights in the data that this follows from stay with whom they belong to: who "
    "hands it on needs their leave. The code is under the MIT licence.",
}
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
_MIT = "https://spdx.org/licenses/MIT"
_RIGHTS = "#rights"
#: What Python's own list of types does not know.
_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".npy": "application/x-npy",
    ".npz": "application/x-npz",
    ".parquet": "application/vnd.apache.parquet",
    ".safetensors": "application/x-safetensors",
    ".cff": "application/yaml",
    ".md": "text/markdown",
    ".tex": "application/x-tex",
}

Entity = dict[str, Any]


def metadata(run: Run, name: str, kind: str, finished: str) -> Entity:
    """Return the metadata document of a folder that is to be packed.

    Parameters
    ----------
    run : Run
        The folder, with everything else in it.
    name : str
        Of the run.
    kind : "demo", "public" or "folder"
        Of its data.
    finished : str
        Day, or time, in the form of ISO 8601.
    """
    files = {quote(place(path, run)): path for path in whole_files(run.folder)}
    entities = [_file(*each) for each in files.items()]
    actions: list[Entity] = []
    for record in records(run).values():
        action, *others = _action(record, files)
        actions.append(action)
        entities += [action, *others]
    entities += _contextual(kind)
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"MORNING, run {name}",
        "description": "Vectors, models and results of micro-influencer recommendation, and how "
        "they came about.",
        "datePublished": finished,
        "license": _to(_RIGHTS),
        "conformsTo": _to(_PROFILE),
        "citation": [_to(PAPER), _to(CITATION)],
        "hasPart": _all(files),
        "mentions": _all(action["@id"] for action in actions),
    }
    descriptor: Entity = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": _to(_SPECIFICATION),
        "about": _to("./"),
    }
    graph = {each["@id"]: each for each in (descriptor, root, *entities)}  # each thing once
    return {"@context": [f"{_SPECIFICATION}/context", _TERMS], "@graph": list(graph.values())}


def _file(name: str, path: Path) -> Entity:
    """Return what is said of a file."""
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    found: Entity = {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "encodingFormat": kind or "application/octet-stream",
        "contentSize": str(path.stat().st_size),
        "sha256": sha256(path),
    }
    if name.startswith(f"{SOURCES}/"):
        found |= {"@type": ["File", "SoftwareSourceCode"], "license": _to(_MIT)}
        found |= {"programmingLanguage": _to("#python"), "version": found["sha256"][:12]}
    return found


def _action(record: Mapping[str, Any], files: Mapping[str, Path]) -> Iterator[Entity]:
    """Yield the execution of a notebook, then what it took that is no file of the crate."""
    notebook = record["notebook"]
    started = datetime.fromisoformat(record["started"])
    taken = [
        {
            "@id": f"#{notebook}/{name}",
            "@type": "PropertyValue",
            "name": name,
            "value": value,
        }
        for name, value in record["parameters"].items()
    ]
    read = {quote(name): digest for name, digest in record["inputs"].items()}
    elsewhere = [
        {"@id": f"#{name}", "@type": "CreativeWork", "name": name, "sha256": digest}
        for name, digest in read.items()
        if name not in files
    ]
    objects = [name if name in files else f"#{name}" for name in read]
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    hardware = ", ".join(f"{name} {value}" for name, value in record["hardware"].items())
    yield {
        "@id": f"#{notebook}",
        "@type": "CreateAction",
        "name": f"Execution of {notebook}",
        "description": f"{record['peak_mb']} MB at most; {hardware}; {versions}",
        "instrument": _to(f"{SOURCES}/{notebook}.ipynb"),
        "object": _all([*objects, *(entity["@id"] for entity in taken)]),
        "result": _all(n for each in record["outputs"] if (n := quote(each)) in files),
        "startTime": started.isoformat(),
        "endTime": (started + timedelta(seconds=record["seconds"])).isoformat(),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    yield from (*taken, *elsewhere)


def _contextual(kind: str) -> list[Entity]:
    """Return what files and actions refer to."""
    return [
        {
            "@id": _PROFILE,
            "@type": "CreativeWork",
            "name": "Process Run Crate",
            "version": "0.5",
        },
        {"@id": _MIT, "@type": "CreativeWork", "name": "MIT License"},
        {
            "@id": _RIGHTS,
            "@type": "CreativeWork",
            "name": "Rights in this run",
            "description": RIGHTS[kind],
        },
        {
            "@id": PAPER,
            "@type": "ScholarlyArticle",
            "name": "Micro-influencer Recommendation by Multi-perspective Account Representation "
            "Learning",
        },
        {"@id": "#python", "@type": "ComputerLanguage", "name": "Python"},
    ]


def _all(names: Iterable[str]) -> Entity | list[Entity]:
    """Return references to entities; a single one is no list, as the specification wants it."""
    found = [_to(name) for name in names]
    return found[0] if len(found) == 1 else found


def _to(name: str) -> Entity:
    """Return a reference to an entity."""
    return {"@id": name}
