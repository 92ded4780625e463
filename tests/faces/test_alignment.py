import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import (
    MESH_POINTS,
    TEMPLATE,
    CropParameters,
    cut_face,
    five_points,
    similarity,
)


def placed(angle: float, scale: float, shift: tuple[float, float]) -> NDArray[np.float64]:
    """The template turned, scaled and shifted: where the points of such a face would lie."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(scale * TEMPLATE @ turn.T + np.array(shift))


@given(st.floats(-3, 3), st.floats(0.1, 20), st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_similarity_undoes_any_turn_scale_and_shift(
    angle: float, scale: float, shift: tuple[float, float]
) -> None:
    points = placed(angle, scale, shift)
    matrix = similarity(points, 112)
    np.testing.assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=1e-6)


def test_similarity_is_the_least_squares_fit_by_an_independent_solver() -> None:
    points = placed(0.3, 2.0, (40, 90)) + np.random.default_rng(1).normal(0, 3, (5, 2))
    # Unknowns a, b, tx, ty of x' = a x - b y + tx, y' = b x + a y + ty.
    rows = [([x, -y, 1, 0], [y, x, 0, 1]) for x, y in points]
    system = np.array([equation for pair in rows for equation in pair])
    a, b, tx, ty = np.linalg.lstsq(system, TEMPLATE.ravel(), rcond=None)[0]
    np.testing.assert_allclose(similarity(points, 112), [[a, -b, tx], [b, a, ty]], atol=1e-9)


@pytest.mark.parametrize(
    "points", [np.zeros((5, 2)), np.full((5, 2), np.nan), np.zeros((4, 2)), np.ones((5, 3))]
)
def test_points_that_are_no_face_are_refused(points: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="expected five"):
        similarity(points, 112)


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0, 9.0])
@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_the_points_of_the_face_land_on_the_template(scale: float, angle: float) -> None:
    """A bright disc around each point of a dark picture comes out around the template's points."""
    points = placed(angle, scale, (900, 120))
    height = width = 2600 if scale > 3 else 1400
    y, x = np.mgrid[:height, :width] + 0.5
    near = [(x - px) ** 2 + (y - py) ** 2 < (6 * scale) ** 2 for px, py in points]
    image = np.repeat((np.any(near, axis=0) * 255).astype(np.uint8)[..., None], 3, axis=2)
    crop = cut_face(image, points, CropParameters(112, "grey"))[..., 0].astype(float)
    y, x = np.mgrid[:112, :112] + 0.5
    for px, py in TEMPLATE:
        weight = crop * ((x - px) ** 2 + (y - py) ** 2 < 10**2)
        centre = (np.sum(weight * x) / weight.sum(), np.sum(weight * y) / weight.sum())
        np.testing.assert_allclose(centre, (px, py), atol=0.6)


def test_a_fine_pattern_of_a_large_face_becomes_grey_and_not_moire() -> None:
    """One-pixel stripes, twelve times finer than the crop's pixels, must average out."""
    points = placed(0.0, 12.0, (10, 10))
    image = np.zeros((1400, 1400, 3), dtype=np.uint8)
    image[:, ::2] = 255
    crop = cut_face(image, points, CropParameters(112, "grey"))
    assert abs(float(crop.mean()) - 127.5) < 3
    assert float(crop.std()) < 4


def test_a_constant_picture_stays_constant_beyond_its_edge() -> None:
    image = np.full((60, 50, 3), (10, 200, 90), dtype=np.uint8)
    crop = cut_face(image, placed(0.4, 1.0, (-30, 10)), CropParameters(64, "rgb"))
    assert crop.shape == (64, 64, 3)
    assert (crop == np.array([10, 200, 90])).all()


def test_the_crop_does_not_depend_on_what_lies_far_away() -> None:
    generator = np.random.default_rng(3)
    image = generator.integers(0, 256, (700, 900, 3), dtype=np.uint8)
    points = placed(0.1, 1.5, (300, 200))
    other = image.copy()
    other[:100] = 0
    other[:, :150] = 0
    parameters = CropParameters(96, "rgb")
    assert (cut_face(image, points, parameters) == cut_face(other, points, parameters)).all()


def test_points_far_outside_the_picture_cost_no_memory() -> None:
    image = np.zeros((20, 20, 3), dtype=np.uint8)
    crop = cut_face(image, placed(0.0, 1e4, (-1e6, 3e6)), CropParameters(32, "grey"))
    assert crop.shape == (32, 32, 1)


def test_five_points_are_the_means_of_their_mesh_points() -> None:
    mesh = np.random.default_rng(0).normal(size=(478, 3))
    expected = [np.mean([mesh[i, :2] for i in group], axis=0) for group in MESH_POINTS]
    np.testing.assert_allclose(five_points(mesh), expected)


@pytest.mark.parametrize(
    ("change", "named"),
    [({"size": 4}, "found 4"), ({"colour": "bgr"}, "'bgr'"), ({"template": "ffhq"}, "'ffhq'")],
)
def test_impossible_parameters_are_refused(change: dict[str, object], named: str) -> None:
    values = CropParameters().to_dict() | change
    with pytest.raises(FaceBehaviorError, match=named):
        CropParameters.from_dict(values)


def test_parameters_survive_the_round_trip() -> None:
    parameters = CropParameters(64, "grey")
    assert CropParameters.from_dict(parameters.to_dict()) == parameters


@pytest.mark.parametrize("scale", [4.1, 7.7, 11.0])
def test_a_large_face_is_the_mean_over_each_pixels_area(scale: float) -> None:
    """Compared with an independent mean over many point samples of a smooth random picture."""
    generator = np.random.default_rng(2)
    coarse = generator.integers(0, 256, (14, 14), dtype=np.uint8)
    side = round(112 * scale) + 60
    smooth = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
    points = placed(0.1, scale, (25, 5))
    parameters = CropParameters(56, "grey")
    crop = cut_face(np.repeat(smooth[..., None], 3, axis=2), points, parameters)[..., 0]
    matrix = similarity(points, 56)
    inverse = np.linalg.inv(matrix[:, :2])
    step = (np.arange(56 * 24) + 0.5) / 24
    x, y = np.meshgrid(step, step)
    source = (np.stack([x, y], axis=-1) - matrix[:, 2]) @ inverse.T
    column = np.clip(source[..., 0].astype(int), 0, side - 1)
    row = np.clip(source[..., 1].astype(int), 0, side - 1)
    expected = smooth[row, column].reshape(56, 24, 56, 24).mean(axis=(1, 3))
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(crop.astype(float) - expected)[inner].max() < 4
    assert np.abs(crop.astype(float) - expected)[inner].mean() < 1
