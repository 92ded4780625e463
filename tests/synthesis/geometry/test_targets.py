import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facebehavior.errors import FaceBehaviorError
from facebehavior.synthesis.geometry.base_mesh import VERTICES
from facebehavior.synthesis.geometry.targets import Target, blended, read_target

TEXT = "# MakeHuman target\n5 0.1 -0.2 .3\n19157 0 1e-3 -0\n"


def random_target(seed: int, count: int = 40) -> Target:
    rng = np.random.default_rng(seed)
    return Target(rng.choice(VERTICES, count, replace=False), rng.normal(size=(count, 3)))


@pytest.mark.parametrize("name", ["a.target", "a.target.gz"])
def test_a_target_is_read_plain_or_compressed(tmp_path: Path, name: str) -> None:
    data = TEXT.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    target = read_target(tmp_path / name)
    np.testing.assert_array_equal(target.indices, [5, 19157])
    np.testing.assert_array_equal(target.offsets, [(0.1, -0.2, 0.3), (0, 1e-3, 0)])


def test_an_empty_target_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.target").write_text("# nothing\n")
    vertices = np.ones((VERTICES, 3))
    read_target(tmp_path / "a.target").add_to(vertices, 1.0)
    assert (vertices == 1.0).all()


@pytest.mark.parametrize(
    ("name", "data", "named"),
    [
        ("a.target", None, "cannot read the target"),
        ("a.target", b"5 0.1 0.2\n", "a vertex and three numbers"),
        ("a.target", b"five 0 0 0\n", "a vertex and three numbers"),
        ("a.target", b"\xff\xd8\xff\xe0 rubbish", "a vertex and three numbers"),
        ("a.target", b"19158 0 0 0\n", "found 19158: a target of another mesh"),
        ("a.target", b"-1 0 0 0\n", "found -1: a target of another mesh"),
        ("a.target.gz", TEXT.encode(), "cannot read the target"),
        ("a.target.gz", gzip.compress(TEXT.encode() * 50)[:-12], "cannot read the target"),
        ("a.target.gz", gzip.compress(TEXT.encode())[:10] + b"rubbish", "cannot read the target"),
    ],
)
def test_a_bad_target_is_one_line_that_names_it(
    tmp_path: Path, name: str, data: bytes | None, named: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(FaceBehaviorError, match=named) as caught:
        read_target(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=4))
def test_a_blend_is_the_sum_of_its_parts(weights: list[float]) -> None:
    parts = [(random_target(seed), weight) for seed, weight in enumerate(weights)]
    apart, together = np.zeros((VERTICES, 3)), np.zeros((VERTICES, 3))
    for target, weight in parts:
        for index, offset in zip(target.indices, target.offsets, strict=True):
            apart[index] += weight * offset
    blended(parts).add_to(together, 1.0)
    np.testing.assert_allclose(together, apart, atol=1e-12)


def test_a_blend_holds_only_what_moves() -> None:
    target = random_target(0)
    assert len(blended([(target, 1.0), (target, -1.0)]).indices) == 0
    assert sorted(blended([(target, 0.5)]).indices) == sorted(target.indices)
