"""A run that is served."""

import pytest
from morning.studies.trained import fit_run
from toys import story


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    return fit_run(story.vectors(0), tmp_path_factory.mktemp("serve") / "run")
