"""Every reader of files: what makes a small valid file for it, and what reads and uses it."""

from __future__ import annotations

import json
import lzma
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import torch
from gensim.models import LdaModel
from morning import reading
from morning.attributes.biographies import Keywords
from morning.attributes.block import AttributeEncoder
from morning.attributes.concepts import ConceptGraph
from morning.attributes.embedding import Embedding
from morning.attributes.graph import read_edges, read_names
from morning.dataset import typed
from morning.errors import ContractError, MorningError, Report
from morning.evaluation import official_task
from morning.features.documents import Tokens
from morning.features.featureset import FeatureSet
from morning.features.topics import TopicModel, TopicOptions
from morning.features.visual.checkpoints import fill, read_state
from morning.features.visual.pictures import decode, locate
from morning.features.visual.preprocess import ResizeCrop
from morning.features.visual.pretrained import scene_labels
from morning.features.visual.recogniser import Recogniser
from morning.features.visual.shards import Shards
from morning.features.visual.small import load_small, save_small, small_resnet
from morning.features.visual.weights import SCENES
from morning.files import read_json, sha256
from morning.guard import readable
from morning.guard.arrays import read_array
from morning.importing.mapping import read_mapping
from morning.importing.records import records
from morning.models.best import Best
from morning.models.checkpoint import TrainedModel
from morning.models.morning import Morning
from morning.models.state import State, resume, save_state
from morning.recommend.added import Added, Adding
from morning.recommend.batch import Batch
from morning.recommend.candidates import read_candidates
from morning.recommend.chance import Chance, Chances
from morning.run import Run
from morning.sources import archive, demo, folder
from morning.sources.demo.world import WEIGHTS
from morning.sources.newcomers import read_newcomers
from morning.sources.unpickle import load_plain
from morning.studies.comparison import stored_statistics
from PIL import Image

from toys.folders import tables
from toys.tasks import make_task
from toys.vectors import checkerboard, tiny

Maker = Callable[[Path], object]

FEATURES = checkerboard(brands={"train": 1, "validation": 1, "test": 1})
POSTS, PAIRS = tables()["posts"].head(4), tables()["collaborations"].head(4)
TASK = make_task([[True, False], [False, True]], ["a", "b"])


def _table(name: str, write: Callable[[pd.DataFrame, Path], object]) -> tuple[Maker, Maker]:
    """Return maker and reader of a table of collaborations in a file of some format."""

    def make(folder: Path) -> None:
        write(PAIRS, folder / name)

    def read(folder: Path) -> object:
        report = Report()
        raw = reading.read(folder / name, report, root=folder)
        table = None if raw is None else typed("collaborations", raw, name, report)
        if report.errors:
            raise ContractError(name, report.errors)
        return table

    return make, read


def _json_lines(table: pd.DataFrame, path: Path) -> None:
    path.write_text(table.to_json(orient="records", lines=True))


def _json(table: pd.DataFrame, path: Path) -> None:
    path.write_text(table.to_json(orient="records"))


def _checked(inspect: Callable[[Path], tuple[object, Report]]) -> Maker:
    """Return a reader of a folder that raises what the report says."""

    def read(folder: Path) -> object:
        found, report = inspect(folder)
        if report.errors:
            raise ContractError(str(folder), report.errors)
        return found

    return read


def _workbook(path: Path, rows: list[list]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def _archive(folder: Path) -> None:
    biographies = [
        ["Brand", "category", "biography", "followers"],
        ["a", "x", "", 1],
        ["b", "x", "", 2],
    ]
    _workbook(folder / "brand_biographies.xlsx", biographies)
    _workbook(folder / "pre_dataset_train.xlsx", [["a", "i", 0.5, 1, 1]])
    _workbook(folder / "pre_dataset_test.xlsx", [["b", "i", 0.5, 1, 1]])


def _dataset(folder: Path) -> None:
    for name, table in tables().items():
        table.to_csv(folder / f"{name}.csv", index=False)


def _newcomer(folder: Path) -> None:
    (folder / "posts.csv").write_text(POSTS.drop(columns="account_id").to_csv(index=False))
    (folder / "biography.txt").write_text("we bake bread")


def _export(folder: Path) -> None:
    (folder / "x.json").write_text(json.dumps({"items": [{"a": {"b": 1}}, {"a": [1.5, None]}]}))


def _compressed(folder: Path) -> None:
    (folder / "x.json.xz").write_bytes(lzma.compress(b'[{"a": 1}, {"b": "x"}]'))


def _mapping(folder: Path) -> None:
    post = "post:\n  post_id: media.pk\n  account_id: [user.name, owner]\nmarks: [media.pk]\n"
    (folder / "map.yaml").write_text(post)


def _picture(kind: str) -> tuple[Maker, Maker]:
    def make(folder: Path) -> None:
        colours = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
        Image.fromarray(colours).save(folder / f"a.{kind}")

    return make, lambda folder: decode(locate(f"a.{kind}", folder)).resize((4, 4))


def _array(folder: Path) -> object:
    with readable(folder / "a.npy"):
        return np.array(read_array(folder / "a.npy", folder))


def _trained(folder: Path) -> None:
    torch.manual_seed(0)
    profile = _profile()
    model = Morning(FEATURES.sizes(), profile.model).eval()
    history = [{"epoch": 1, "data": 0.3, "validation": {"auc": 0.5}}]
    TrainedModel(model, profile, 1, history, {"source": "toy"}).save(folder)


def _profile():
    profile = tiny()
    layers = dict.fromkeys(profile.model.layers, (3, 2))
    return replace(profile, model=replace(profile.model, layers=layers))


def _scored(folder: Path) -> object:
    model = TrainedModel.load(folder)
    scores = model.score(FEATURES, official_task(FEATURES), "cpu")["F"]
    assert scores.shape == (4, 12)
    return model.chosen, model.curve


def _stateful(folder: Path) -> None:
    torch.manual_seed(0)
    model = Morning(FEATURES.sizes(), _profile().model)
    optimiser = torch.optim.Adam(model.parameters())
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimiser.step()
    state = State.fresh(model)
    state.add({"epoch": 1}, 0.5, model)
    save_state(folder / "state.safetensors", state, model, optimiser, {"code": "x"})


def _resumed(folder: Path) -> object:
    model = Morning(FEATURES.sizes(), _profile().model)
    optimiser = torch.optim.Adam(model.parameters())
    state = resume(folder / "state.safetensors", model, optimiser, {"code": "x"})
    if state.epoch == 0:
        raise MorningError("training starts anew")
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimiser.step()
    return state


def _topics(folder: Path) -> None:
    words = ["bread", "coffee", "engine", "wheel"]
    lda = LdaModel([[(0, 2), (1, 1)], [(2, 1), (3, 3)]], 2, dict(enumerate(words)), random_state=0)
    model = TopicModel(lda, words, TopicOptions(topics=2), 2)
    model.lda.alpha, model.lda.eta = (np.full(n, 0.5, np.float32) for n in (2, 4))
    model.save(folder / "topics")


def _inferred(folder: Path) -> object:
    return TopicModel.load(folder / "topics").infer([[(0, 2)], []])


def _attributes(folder: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    encoder = AttributeEncoder(
        Keywords({"cake": "dessert", "pie": "dessert"}),
        Embedding(("dessert", "art", "cars"), vectors),
        {"a": ("art",), "b": ()},
    )
    encoder.save(folder / "attributes")


def _edges(folder: Path) -> None:
    (folder / "graph.txt").write_text("0 1 0.71\n1 0 1.22\n1 2 2.0\n")


def _names(folder: Path) -> None:
    _workbook(folder / "names.xlsx", [["b", 1, "a", 0, 2.0], ["b", 1, "c", 2, 1]])


def _concepts(folder: Path) -> None:
    (folder / "isa.txt").write_text("dessert\tcake\t60\nfood\tcake\t20\nfood\tdessert\t9\n")


def _pickled(folder: Path) -> None:
    value = [("a", 1), {"b": [2.5, None]}, {"c"}]
    (folder / "x.pickle").write_bytes(pickle.dumps(value, protocol=2))


def _recogniser(folder: Path) -> None:
    torch.manual_seed(0)
    net = Recogniser("toy", ("a", "b"), small_resnet(2, 1), ResizeCrop((8, 8), 8))
    save_small(net, folder / "net")


def _looked(folder: Path) -> object:
    net = load_small(folder / "net")
    return net.preprocess(Image.new("RGB", (9, 9))), net.labels


def _network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))


def _state_dict(folder: Path, legacy: bool = False) -> None:
    state = {f"module.{name}": value for name, value in _network().state_dict().items()}
    torch.save(
        {"epoch": 3, "state_dict": state},
        folder / "net.pt",
        _use_new_zipfile_serialization=not legacy,
    )


def _filled(folder: Path) -> object:
    net = _network()
    fill(net, read_state(folder / "net.pt"), folder / "net.pt")
    return net


def _candidates(folder: Path) -> None:
    table = {"influencer_id": ["i", "j"], "followers": [3, None], "engagement": [0.5, None]}
    pd.DataFrame(table).astype({"followers": "Int64"}).to_parquet(folder / "candidates.parquet")


def _chances(folder: Path) -> None:
    partners = np.zeros((3, 8), bool)
    partners[:, :2] = True
    Chances({frozenset({"attribute"}): Chance.of(partners)}).save(folder / "chances.json")


def _added(folder: Path) -> None:
    run = Run(folder)
    FEATURES.save(run.vectors)
    known = {name: np.ones(len(FEATURES.accounts), bool) for name in FEATURES.blocks}
    ids = FEATURES.accounts["account_id"]
    adding = Adding(run)
    owned = pa.array([["art"]] * len(ids))
    adding.write(Batch(FEATURES, known, owned, pd.DataFrame({"influencer_id": ids})))
    adding.finish()


def _added_again(folder: Path) -> object:
    found = Added.load(Run(folder))
    if found is None:
        raise MorningError("nothing was added to this run")
    return [
        (batch.with_newer(batch), part.ids)
        for batch, part in zip(found.batches, found.parts, strict=True)
    ]


def _best(folder: Path) -> None:
    Best.fit(FEATURES).save(folder / "best")


def _ranked(folder: Path) -> object:
    model = Best.load(folder / "best")
    return model.score(FEATURES, official_task(FEATURES))["F"]


def _run(folder: Path) -> None:
    run = Run(folder, data="toy", profile="quick")
    run.parameters.write_text(json.dumps({"data": "toy", "profile": "quick", "topics": None}))
    run.write("table", [{"method": "MORNING", "auc": 0.5, "sd": {"auc": None}}])


def _run_again(folder: Path) -> object:
    run = Run(folder)
    return run.protocol(), [row.get("method") for row in run.read("table")["rows"]]


def _scores(folder: Path) -> None:
    np.savez(
        folder / "seed-0.npz",
        scores=np.array([[0.5, 0.1], [0.2, 0.3]]),
        fingerprint=np.array("x"),
        seconds=np.array(1.5),
    )


def _statistics(folder: Path) -> object:
    found = stored_statistics(folder, TASK)
    if not found:
        raise MorningError("no scores of this task")
    return found


def _shard(folder: Path) -> None:
    from scipy import sparse

    shares = sparse.csr_matrix(np.array([[0.5, 0.5], [1.0, 0.0]], np.float32))
    parts = {"objects": shares, "squares": np.zeros((2, 3), np.uint8)}
    Shards(folder / "shards", {"objects": 2}).write(["a" * 64, "b" * 64], parts)


def _looked_up(folder: Path) -> object:
    shards = Shards(folder / "shards", {"objects": 2})
    if not {"objects", "squares"} <= set(shards.parts):
        raise MorningError("its pictures are looked at again")
    rows = np.array([0, 1])
    return shards["objects"].sparse(rows, 2), shards["squares"].dense(rows)


TEXTS = ["fresh bread", "coffee, bread"]


def _tokens(folder: Path) -> object:
    tokens = Tokens.kept(TEXTS, folder / "tokens")
    return [tokens.vocabulary[number] for number in tokens.tokens]


def _truth(folder: Path) -> None:
    brands, influencers, posts = 2, 3, 4
    parts = {f"part_{name}": np.zeros((brands, influencers)) for name in WEIGHTS}
    np.savez(
        folder / "truth.npz",
        brand_ids=np.array(["a", "b"]),
        influencer_ids=np.array(["i", "j", "k"]),
        scores=np.ones((brands, influencers)),
        weights=np.array(list(WEIGHTS.values())),
        structure=np.array(1.0),
        post_ids=np.array(["p", "q", "r", "s"]),
        post_objects=np.zeros(posts, int),
        post_scenes=np.zeros(posts, int),
        **parts,
    )


def _scenes(folder: Path) -> None:
    lines = "".join(f"/a/scene-{number} {number}\n" for number in range(365))
    (folder / SCENES.name).write_text(lines)


def _csv(separator: str) -> Callable[[pd.DataFrame, Path], object]:
    return lambda table, path: table.to_csv(path, index=False, sep=separator)


def _parquet(table: pd.DataFrame, path: Path) -> None:
    table.assign(likes=120).to_parquet(path, index=False)


def _excel(table: pd.DataFrame, path: Path) -> None:
    table.to_excel(path, index=False)


#: Name of a reader -> what makes a valid file in an empty folder, what reads and uses it there.
READERS: dict[str, tuple[Maker, Maker]] = {
    "CSV": _table("posts.csv", _csv(",")),
    "workbook": _table("posts.xlsx", _excel),
    "Parquet": _table("posts.parquet", _parquet),
    "JSON": _table("posts.json", _json),
    "JSON Lines": _table("posts.jsonl", _json_lines),
    "export": (_export, lambda f: list(records(f / "x.json", Report()))),
    "compressed export": (_compressed, lambda f: list(records(f / "x.json.xz", Report()))),
    "mapping": (_mapping, lambda f: read_mapping(f / "map.yaml")),
    **{f"{kind} picture": _picture(kind) for kind in ("png", "jpg", "gif", "webp", "bmp")},
    "array": (lambda f: np.save(f / "a.npy", np.ones((3, 2), np.float32)), _array),
    "FeatureSet": (lambda f: FEATURES.save(f / "set"), lambda f: FeatureSet.load(f / "set")),
    "trained model": (_trained, _scored),
    "state of a training": (_stateful, _resumed),
    "topic model": (_topics, _inferred),
    "attributes": (_attributes, lambda f: AttributeEncoder.load(f / "attributes")),
    "edges": (_edges, lambda f: read_edges(f / "graph.txt").edges),
    "names of nodes": (_names, lambda f: read_names(f / "names.xlsx")),
    "concepts": (_concepts, lambda f: ConceptGraph.read(f / "isa.txt").father("cake")),
    "pickle": (_pickled, lambda f: load_plain(f / "x.pickle")),
    "small recogniser": (_recogniser, _looked),
    "released weights": (_state_dict, _filled),
    "older weights": (lambda f: _state_dict(f, legacy=True), _filled),
    "names of scenes": (_scenes, scene_labels),
    "candidates": (_candidates, lambda f: read_candidates(f / "candidates.parquet")),
    "chances": (_chances, lambda f: Chances.load(f / "chances.json")),
    "added accounts": (_added, _added_again),
    "best": (_best, _ranked),
    "results": (_run, _run_again),
    "compared scores": (_scores, _statistics),
    "looks": (_shard, _looked_up),
    "tokens": (_tokens, _tokens),
    "planted truth": (_truth, demo.truth),
}


#: The same, in long tests alone: TSV is read as CSV is, and cells of whole folders take long.
FOLDERS: dict[str, tuple[Maker, Maker]] = {
    "TSV": _table("posts.tsv", _csv("\t")),
    "Dataset": (_dataset, _checked(folder.inspect)),
    "archive": (_archive, _checked(archive.inspect)),
    "newcomers": (_newcomer, read_newcomers),
}


def sign(folder: Path) -> None:
    """Let every record of a folder agree with files that were damaged on purpose."""
    for path in folder.rglob("*.json"):
        try:
            about = read_json(path, dict)
            if "sha256" in about:
                (weights,) = path.parent.glob("*.safetensors")
                about["sha256"] = sha256(weights)
            for name in about.get("files", {}):
                about["files"][name]["sha256"] = sha256(path.parent / name)
            if "vectors" in about:
                about["vectors"] = sha256(Run(folder).manifest)
            path.write_text(json.dumps(about))
        except (MorningError, OSError, ValueError, TypeError, KeyError, AttributeError):
            continue  # it is the one that was damaged
