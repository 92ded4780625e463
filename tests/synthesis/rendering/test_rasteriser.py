import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facebehavior.synthesis.rendering.rasteriser import NOTHING, draw_triangles, vertex_normals

SIZE = 24


def drawn(screen: np.ndarray, triangles: np.ndarray, first: int = 0) -> tuple[np.ndarray, ...]:
    depth = np.zeros((SIZE, SIZE), dtype=np.float32)
    seen = np.full((SIZE, SIZE), NOTHING, dtype=np.int32)
    draw_triangles(screen.astype(np.float32), triangles.astype(np.int32), first, depth, seen)
    return depth, seen


def by_definition(screen: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve for the barycentric coordinates of every pixel's middle in every triangle, (T, S, S).

    Gives the inverse distance of each triangle at each pixel, -inf where it is not, and the
    smallest coordinate, which is near 0 at an edge.
    """
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    middle = np.stack([x, y, np.ones_like(x)]).reshape(3, -1)
    near = np.full((len(triangles), SIZE * SIZE), -np.inf)
    least = np.full((len(triangles), SIZE * SIZE), -np.inf)
    for number, triangle in enumerate(triangles):
        corners = screen[triangle].astype(np.float64)
        flat = np.vstack([corners[:, :2].T, np.ones(3)])
        if (corners[:, 2] <= 0).any() or abs(np.linalg.det(flat)) < 1e-9:
            continue
        shares = np.linalg.solve(flat, middle)
        least[number] = shares.min(axis=0)
        near[number] = np.where(least[number] >= 0, corners[:, 2] @ shares, -np.inf)
    return near.reshape(-1, SIZE, SIZE), least.reshape(-1, SIZE, SIZE)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 12))
def test_at_each_pixel_the_nearest_triangle_is_seen(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    # Some corners outside of the picture, some behind the camera.
    screen = rng.uniform((-8, -8, -0.05), (SIZE + 8, SIZE + 8, 1.0), (3 * count, 3))
    triangles = rng.integers(0, 3 * count, (count, 3))
    depth, seen = drawn(screen, triangles)
    near, least = by_definition(screen.astype(np.float32), triangles)
    best = near.max(axis=0)
    # Pixels on an edge, or at which two triangles are as near, may go either way by rounding.
    clear = (np.abs(least) > 1e-3).all(axis=0)
    if count > 1:
        first, second = -np.sort(-np.maximum(near, 0.0), axis=0)[:2]
        clear &= (second == 0.0) | (first - second > 1e-4)
    expected = np.where(np.isfinite(best), near.argmax(axis=0), NOTHING)
    np.testing.assert_array_equal(seen[clear], expected[clear])
    np.testing.assert_allclose(depth[clear], np.where(np.isfinite(best), best, 0)[clear], atol=1e-5)


def test_a_triangle_with_a_corner_behind_the_camera_is_left_out() -> None:
    corners = np.array([(0, 0, 1.0), (24, 0, 1.0), (0, 24, 1.0)])
    assert (drawn(corners, np.array([[0, 1, 2]]))[1] == 0).sum() > 200
    corners[1, 2] = 0.0
    assert (drawn(corners, np.array([[0, 1, 2]]))[1] == NOTHING).all()


def test_both_sides_of_a_triangle_are_seen_and_a_flat_one_is_not() -> None:
    corners = np.array([(0, 0, 1.0), (24, 0, 1.0), (0, 24, 1.0), (12, 0, 1.0)])
    _, front = drawn(corners, np.array([[0, 1, 2]]))
    _, back = drawn(corners, np.array([[0, 2, 1]]))
    np.testing.assert_array_equal(front, back)
    assert (drawn(corners, np.array([[0, 1, 3]]))[1] == NOTHING).all()


def test_triangles_that_share_an_edge_leave_no_gap_and_numbers_begin_where_told() -> None:
    corners = np.array([(2, 2, 0.5), (22, 2, 0.5), (22, 22, 0.5), (2, 22, 0.5)])
    depth, seen = drawn(corners, np.array([[0, 1, 2], [0, 2, 3]]), first=7)
    assert set(seen[2:22, 2:22].ravel()) == {7, 8}
    seen[2:22, 2:22] = NOTHING
    assert (seen == NOTHING).all()
    np.testing.assert_allclose(depth[2:22, 2:22], 0.5)


def test_what_was_drawn_before_stays_where_it_is_nearer() -> None:
    square = np.array([(0, 0, 0.5), (24, 0, 0.5), (24, 24, 0.5), (0, 24, 0.5)], dtype=np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    depth, seen = drawn(square, triangles)
    farther, nearer = square * (1, 1, 0.5), square * (0.5, 1, 2)
    draw_triangles(farther.astype(np.float32), triangles, 2, depth, seen)
    assert seen.max() == 1
    draw_triangles(nearer.astype(np.float32), triangles, 2, depth, seen)
    assert (seen[:, :12] >= 2).all()
    assert (seen[:, 12:] <= 1).all()


def test_the_normals_of_a_cube_point_along_its_diagonals() -> None:
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    # Four triangles a face, about its middle, so that each face weighs the same at its corners.
    vertices, triangles = corners.tolist(), []
    for face in faces:
        middle = len(vertices)
        vertices.append(corners[list(face)].mean(axis=0).tolist())
        triangles += [(face[at], face[(at + 1) % 4], middle) for at in range(4)]
    normals = vertex_normals(np.array(vertices, np.float32), np.array(triangles, np.int32))
    np.testing.assert_allclose(normals[:8], corners / np.sqrt(3), atol=1e-6)
    np.testing.assert_allclose(normals[8:], np.array(vertices[8:]), atol=1e-6)


def test_normals_weigh_triangles_by_their_area() -> None:
    rng = np.random.default_rng(0)
    vertices = rng.normal(size=(20, 3)).astype(np.float32)
    triangles = np.vstack([rng.permutation(20)[:18].reshape(6, 3) for _ in range(8)]).astype(
        np.int32
    )
    expected = np.zeros((20, 3))
    for a, b, c in triangles:
        # The cross product's length is twice the area.
        whole = np.cross(vertices[b] - vertices[a], vertices[c] - vertices[a])
        for corner in (a, b, c):
            expected[corner] += whole
    length = np.linalg.norm(expected, axis=1, keepdims=True)
    assert (length > 1e-3).all()
    np.testing.assert_allclose(vertex_normals(vertices, triangles), expected / length, atol=1e-4)


def test_a_vertex_of_no_triangle_has_no_normal() -> None:
    vertices = np.eye(4, 3, dtype=np.float32)
    normals = vertex_normals(vertices, np.array([[0, 1, 2]], dtype=np.int32))
    np.testing.assert_array_equal(normals[3], 0.0)
    assert np.linalg.norm(normals[0]) == pytest.approx(1.0)
