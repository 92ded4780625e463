"""People named in the rows of an analysis; the gallery is saved as files are finished.

A gallery learns from every face, so that naming the same faces again would not give the same
gallery. An analysis that goes on therefore starts with the gallery as it was before, unless the
user has changed the file since: then with that.
"""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from facebehavior.analysis.keeping import GALLERY
from facebehavior.analysis.people import Gallery, Names
from facebehavior.files import explained_write_errors


def name_people(batches: Iterable[pa.RecordBatch], names: Names) -> None:
    """Name every face that has an embedding, in the order of the rows."""
    for batch in batches:
        seen = batch.filter(pc.is_valid(batch["embedding"]))
        size = batch.schema.field("embedding").type.list_size
        embeddings = seen["embedding"].flatten().to_numpy().reshape(-1, size)
        for (source, number), embedding in zip(_keys(seen), embeddings, strict=True):
            names.name(source, number, np.asarray(embedding))


def with_people(batch: pa.RecordBatch, names: Names) -> pa.RecordBatch:
    """Put the names that were given into the column `person`."""
    known = pc.is_valid(batch["embedding"]).to_pylist()
    people = [
        names.name_of(source, number) if there else None
        for (source, number), there in zip(_keys(batch), known, strict=True)
    ]
    place = batch.schema.get_field_index("person")
    columns = batch.columns
    columns[place] = pa.array(people, pa.string())
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _keys(batch: pa.RecordBatch) -> Iterator[tuple[str, int]]:
    """Give what a face is named by: its track, or in a photograph its place."""
    numbers = pc.coalesce(batch["track"], batch["face"])
    return zip(batch["source"].to_pylist(), numbers.to_pylist(), strict=True)


class GalleryFile:
    """The file of a gallery, and how it was before an analysis.

    Args:
        path: of the gallery.
        folder: where the unfinished analysis is kept.
        work: tells what is analysed; the gallery before other work is none before this.

    Raises:
        FaceBehaviorError: the folder cannot be written to.

    Attributes:
        before: the gallery to begin with; it need not be there.
    """

    def __init__(self, path: Path, folder: Path, work: str) -> None:
        self._path = path
        self._written = folder / f"{GALLERY}_written"
        self.before = folder / f"{GALLERY}_before.parquet"
        with explained_write_errors(folder):
            begun = hashlib.sha256(work.encode()).hexdigest()
            known = self._digests()
            if begun not in known or _digest(path) not in known:
                self.before.unlink(missing_ok=True)
                if path.exists():
                    shutil.copyfile(path, self.before)
                self._written.write_text(f"{begun}\n{_digest(path)}\n")

    def save(self, gallery: Gallery) -> None:
        """Write the gallery.

        Raises:
            FaceBehaviorError: the file cannot be written.
        """
        draft = self._written.with_name(f"{GALLERY}_draft.parquet")
        gallery.save(draft)
        digest = _digest(draft)
        with explained_write_errors(self._path):
            if digest not in self._digests():
                # Noted before it is there: a stop in between does no harm, the other way it would.
                with self._written.open("a") as written:
                    written.write(digest + "\n")
            draft.unlink()
        gallery.save(self._path)

    def _digests(self) -> list[str]:
        return self._written.read_text().split() if self._written.exists() else []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "none"
