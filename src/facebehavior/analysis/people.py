"""Who is who over tracks and videos, by embeddings; kept in a gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.tracking import SAME_FACE
from facebehavior.files import writing

_SCHEMA = pa.schema(
    [("person", pa.string()), ("embedding", pa.list_(pa.float32())), ("faces", pa.int64())]
)
_OWN_NAME = "person_"
_MOST_FACES = 500
"""A person's mean stops moving after so many faces."""


@dataclass
class Person:
    """One known person.

    Attributes:
        name: in every record.
        embedding: (D,) mean of the faces, of length 1.
        faces: how many faces the mean is of.
    """

    name: str
    embedding: NDArray[np.float64]
    faces: int


class Gallery:
    """The people seen so far, in all analyses that it is given to.

    Args:
        same_face: cosine of embeddings above which two faces are of one person.
        people: known before.
    """

    def __init__(self, same_face: float = SAME_FACE, people: Sequence[Person] = ()) -> None:
        self._same_face = same_face
        self.people = list(people)

    def person_like(self, embedding: NDArray[np.floating]) -> Person:
        """Give the person that a face (D,) resembles most; a new one where it resembles nobody."""
        return self._nearest(embedding) or self._new(embedding)

    def save(self, path: str | Path) -> None:
        """Write the people into a Parquet file; their names may be changed in it.

        Raises:
            FaceBehaviorError: the file cannot be written.
        """
        rows = [
            {
                "person": one.name,
                "embedding": one.embedding.astype(np.float32).tolist(),
                "faces": one.faces,
            }
            for one in self.people
        ]
        with writing(Path(path)) as unfinished:
            pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), unfinished)

    def _nearest(self, embedding: NDArray[np.floating]) -> Person | None:
        if not self.people:
            return None
        likeness = np.stack([one.embedding for one in self.people]) @ embedding
        best = int(likeness.argmax())
        return self.people[best] if likeness[best] > self._same_face else None

    def _new(self, embedding: NDArray[np.floating]) -> Person:
        taken = {one.name for one in self.people}
        number = next(n for n in range(1, len(taken) + 2) if f"{_OWN_NAME}{n}" not in taken)
        person = Person(f"{_OWN_NAME}{number}", np.asarray(embedding, dtype=np.float64).copy(), 0)
        self.people.append(person)
        return person


class Names:
    """The names of the tracks of one analysis: a track keeps the one of its first face.

    Another analysis has names of its own, for what a source shows may have changed meanwhile.

    Args:
        gallery: knows the people, and learns from every face.

    Attributes:
        gallery: the same.
    """

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self._people: dict[tuple[str, int], Person] = {}

    def name(self, source: str, track: int, embedding: NDArray[np.floating]) -> str:
        """Name the face of a track.

        Args:
            source: of the video or photograph.
            track: its number there.
            embedding: (D,) of length 1.
        """
        person = self._people.get((source, track))
        if person is None:
            person = self._people[source, track] = self.gallery.person_like(embedding)
        _learn(person, embedding)
        return person.name

    def name_of(self, source: str, track: int) -> str | None:
        """Give the name that a track was given; None where it was not seen."""
        person = self._people.get((source, track))
        return None if person is None else person.name


def read_gallery(path: str | Path, same_face: float, size: int) -> Gallery:
    """Read the people of a gallery; a file that is not there is an empty one.

    Args:
        path: a Parquet file that `Gallery.save` has written.
        same_face: cosine above which two faces are of one person.
        size: numbers in an embedding of the model.

    Raises:
        FaceBehaviorError: the file is no gallery, or of another model's embeddings.
    """
    path = Path(path)
    if not path.exists():
        return Gallery(same_face)
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise FaceBehaviorError(
            f"{path}: expected a gallery of people ({str(error).splitlines()[0]})"
        ) from error
    if not {"person", "embedding", "faces"} <= set(table.column_names):
        raise FaceBehaviorError(
            f"{path}: expected the columns person, embedding and faces, found "
            f"{', '.join(table.column_names)}"
        )
    people = []
    for row in table.to_pylist():
        embedding = np.asarray(row["embedding"], dtype=np.float64)
        if embedding.shape != (size,) or not row["person"]:
            raise FaceBehaviorError(
                f"{path}: expected names and embeddings of {size} numbers, found "
                f"{row['person']!r} with {len(embedding)}; was it made with another model?"
            )
        people.append(Person(str(row["person"]), embedding, int(row["faces"])))
    return Gallery(same_face, people)


def _learn(person: Person, embedding: NDArray[np.floating]) -> None:
    if person.faces >= _MOST_FACES:
        return
    mean = person.faces * person.embedding + embedding
    length = np.linalg.norm(mean)
    if length > 0:
        person.embedding = np.asarray(mean / length)
    person.faces += 1
