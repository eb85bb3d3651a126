"""The one door to torchvision, which must be opened with care."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import torch

#: Declared operators live as long as this list.
_KEPT: list[torch.library.Library] = []

#: Operators that `import torchvision` expects of its library.
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


def import_torchvision() -> ModuleType:
    """Import torchvision, also where its compiled library does not fit the installed torch.

    A CPU-only torch beside the torchvision of PyPI (built for CUDA) cannot load
    `torchvision/_C.so`, and `import torchvision` fails with "operator torchvision::nms does not
    exist". Models and transforms need none of that library's operators, so declaring the two
    schemas that the import looks up is enough. Where the library loads, nothing is declared.

    Returns
    -------
    module
        torchvision.
    """
    if "torchvision" not in sys.modules and not _KEPT and not library_loads():
        library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in _SCHEMAS:
            library.define(schema)
        _KEPT.append(library)
    with _compiler_spared():
        return importlib.import_module("torchvision")


@contextmanager
def _compiler_spared() -> Iterator[None]:
    """Spare the import of torch's compiler, which takes longer than that of torchvision itself.

    Torchvision wants one function of it, for operators that nothing here calls; whatever imports
    the compiler later gets the real one.
    """
    names = ("torch._dynamo", "torch._dynamo.utils")
    if names[0] in sys.modules or "torchvision" in sys.modules:
        yield
        return
    package, utils = map(ModuleType, names)
    utils.is_compile_supported = lambda _: False  # type: ignore[attr-defined]
    sys.modules.update(zip(names, (package, utils), strict=True))
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]


def library_loads() -> bool:
    """Whether torchvision's compiled library is there and loads into this torch."""
    package = importlib.util.find_spec("torchvision")
    folders = list(package.submodule_search_locations or []) if package else []
    library = importlib.machinery.PathFinder.find_spec("_C", folders)
    if library is None or library.origin is None:
        return False
    try:
        torch.ops.load_library(library.origin)
    except OSError:
        return False
    return True
