"""The metadata against what RO-Crate 1.1 and Process Run Crate 0.5 require."""

import hashlib
import json
import zipfile
from datetime import datetime

import pytest
from morning.run import Run
from morning_book.crate import METADATA
from morning_book.export import export
from toys import story


@pytest.fixture(scope="module")
def archive(written, tmp_path_factory):
    """Return the zip file of a run of two chapters."""
    root = tmp_path_factory.mktemp("crate")
    story.copy(written, root)
    run = Run(root / "run")
    run.results("a name, with spaces").write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        story.tell(root, patch)
        export(run, root / "run.zip")
    with zipfile.ZipFile(root / "run.zip") as archive:
        yield archive


@pytest.fixture(scope="module")
def entities(archive):
    graph = json.loads(archive.read(METADATA))["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)  # each thing is described once
    return found


def several(value):
    return value if isinstance(value, list) else [value]


def of_type(entities, kind):
    return [entity for entity in entities.values() if kind in several(entity["@type"])]


def test_it_begins_as_every_crate_does(archive, entities):
    document = json.loads(archive.read(METADATA))
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    descriptor, root = entities[METADATA], entities["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert root["@type"] == "Dataset"
    assert root["name"]
    assert root["description"]
    assert datetime.fromisoformat(root["datePublished"])
    assert entities[root["license"]["@id"]]["description"]


def test_every_file_is_described_and_as_it_says(archive, entities):
    from urllib.parse import unquote

    files = {unquote(entity["@id"]): entity for entity in of_type(entities, "File")}
    assert set(files) == {*archive.namelist()} - {METADATA}
    parts = [unquote(each["@id"]) for each in entities["./"]["hasPart"]]
    assert set(parts) == set(files)
    for name, entity in files.items():
        content = archive.read(name)
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["contentSize"] == str(len(content))
        assert "/" in entity["encodingFormat"]
    assert not [name for name in entities if " " in name]  # ids are URIs


def test_whatever_is_referred_to_is_described(entities):
    def references(value):
        if isinstance(value, dict):
            yield from [value["@id"]] if set(value) == {"@id"} else ()
            for each in value.values():
                yield from references(each)
        elif isinstance(value, list):
            for each in value:
                yield from references(each)

    outside = {"https://w3id.org/ro/crate/1.1"}
    assert {*references([*entities.values()])} - outside <= set(entities)


def test_each_execution_is_an_action(entities):
    actions = of_type(entities, "CreateAction")
    assert [action["name"] for action in actions] == [
        "Execution of 01_dataset",
        "Execution of 05_model",
    ]
    assert [entry["@id"] for entry in entities["./"]["mentions"]] == [a["@id"] for a in actions]
    for action in actions:
        assert "SoftwareSourceCode" in entities[action["instrument"]["@id"]]["@type"]
        assert datetime.fromisoformat(action["startTime"]) <= datetime.fromisoformat(
            action["endTime"]
        )
        assert "agent" not in action
    first, second = actions
    taken = [entities[each["@id"]] for each in several(second["object"])]
    assert {"name": "epochs", "value": 1}.items() <= taken[-1].items()
    assert {"@id": "candidates.parquet"} in several(second["object"])
    assert {"@id": "features/manifest.json"} in several(second["result"])
    assert {"@id": "candidates.parquet"} in several(first["result"])
    assert entities["#data"]["sha256"]
