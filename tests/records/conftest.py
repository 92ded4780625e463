"""Faces and frames made for the tests."""

from collections.abc import Callable

import numpy as np
import pytest

from facebehavior.faces.face import Face
from facebehavior.faces.quality import Eyes
from facebehavior.records import FaceRecord, FrameRecord

MakeFace = Callable[..., FaceRecord]


@pytest.fixture
def make_face() -> MakeFace:
    """Give a function that makes a face with everything that can be known of it."""
    generator = np.random.default_rng(0)

    def make(x: float = 10.0) -> FaceRecord:
        return FaceRecord(
            face=Face(
                box=np.array([x, 20.0, 30.0, 40.0]),
                points=generator.uniform(0, 50, (5, 2)),
                confidence=float(generator.uniform()),
                mesh=generator.uniform(0, 50, (478, 3)),
                pose=generator.uniform(-30, 30, 3),
            ),
            track=3,
            person="anna",
            face_px=float(generator.uniform(20, 90)),
            sharpness=float(generator.uniform(0, 900)),
            eyes=Eyes(*generator.uniform(0, 1, 4).tolist()),
            expression=generator.dirichlet(np.ones(7)).astype(np.float32),
            action_units=generator.uniform(0, 1, 17).astype(np.float32),
            affect=generator.uniform(-1, 1, 2).astype(np.float32),
        )

    return make


@pytest.fixture
def video(make_face: MakeFace) -> list[FrameRecord]:
    """Frames with no, one and two faces, under a name that every format has to quote."""
    source = 'Ünal, "take 2"\n.mp4'
    faces = [[], [make_face()], [make_face(200.0), make_face(5.0)]]
    return [FrameRecord(source, index, index / 29.97, faces[index % 3]) for index in range(60)]
