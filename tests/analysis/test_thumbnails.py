"""Small pictures of the faces that a report shows."""

import base64
import io
from dataclasses import replace

import numpy as np
import pyarrow as pa
from PIL import Image
from tests.analysis.test_overlay import frame_of

from facebehavior.analysis.thumbnails import Thumbnails, clearest

Row = tuple[str, int, int | None, int | None, float | None]


def record(*rows: Row) -> pa.Table:
    names = ("source", "frame", "face", "track", "face_px")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def test_each_face_is_clearest_where_its_eyes_are_widest_apart() -> None:
    table = record(
        ("a.mp4", 0, 0, 7, 30.0),
        ("a.mp4", 0, 1, 8, 20.0),
        ("a.mp4", 1, None, None, None),
        ("a.mp4", 2, 0, 8, 50.0),
        ("a.mp4", 2, 1, 7, 40.0),
        ("b.mp4", 0, 0, 7, 10.0),
    )
    assert clearest(table, 9) == {
        ("a.mp4", 2, 1): "face 7",
        ("a.mp4", 2, 0): "face 8",
        ("b.mp4", 0, 0): "face 7",
    }


def test_only_the_faces_that_are_there_longest_are_looked_for() -> None:
    rows: list[Row] = [("a.mp4", frame, 0, 0, 10.0) for frame in range(3)]
    rows += [("b.jpg", 0, 0, None, 99.0), ("c.mp4", 0, 0, 0, 99.0), ("c.mp4", 1, 0, 0, 98.0)]
    assert clearest(record(*rows), 2) == {("a.mp4", 0, 0): "face 0", ("c.mp4", 0, 0): "face 0"}


def test_what_is_not_wanted_is_not_kept() -> None:
    thumbnails = Thumbnails({("a.mp4", 4, 1): "Anne"})
    for index in range(6):
        picture = np.full((160, 200, 3), 40 * index, dtype=np.uint8)
        thumbnails.see(replace(frame_of("a.mp4", index, index / 25, faces=2), image=picture))
    assert thumbnails.as_data("a.mp4", "face 0") is None
    address = thumbnails.as_data("a.mp4", "Anne")
    assert address is not None
    cut = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert np.abs(np.asarray(cut)[48, 40].astype(int) - 160).max() < 4
