"""What all tests share: a fixed seed, and real data where it is present."""

import os
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest

# Tests measure nothing, and two threads fighting over small arrays only slow them down.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - libraries under test may use the global generator


@pytest.fixture(scope="session")
def ferplus_archive() -> Path:
    """The FER+ archive of the shared data, where it is present."""
    archive = SHARED_DATA / "ferplus.tar"
    if not archive.is_file():
        pytest.skip("the shared FER+ archive is not here")
    return archive


@pytest.fixture(scope="session")
def ferplus_sample(ferplus_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real labels of FER+ and the first 150 pictures of its training part."""
    root = tmp_path_factory.mktemp("ferplus")
    with tarfile.open(ferplus_archive) as archive:
        taken = 0
        for member in archive:
            is_picture = member.name.startswith("FER2013Train/") and member.name.endswith(".png")
            if is_picture and taken < 150:
                taken += 1
                archive.extract(member, root, filter="data")
            elif member.name == "FER2013Train/label.csv":
                archive.extract(member, root, filter="data")
    labels = root / "FER2013Train" / "label.csv"
    present = {path.name for path in labels.parent.glob("*.png")}
    rows = labels.read_text().splitlines(keepends=True)
    labels.write_text("".join(row for row in rows if row.split(",")[0] in present))
    return root
