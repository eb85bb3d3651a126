import pytest
from morning.run import Run
from toys import story


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Return a folder with a story, its data and a run."""
    root = tmp_path_factory.mktemp("story")
    story.write(root)
    return root


@pytest.fixture
def told(written, tmp_path, monkeypatch):
    """Return the run of a story of two chapters on a folder of people's data."""
    story.copy(written, tmp_path)
    story.tell(tmp_path, monkeypatch)
    return Run(tmp_path / "run")
