"""The second pass over a database: its faces cut out, shard by shard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from facebehavior.databases.sequences import Row, images_of, rows_of, spans
from facebehavior.databases.shards import encode_crop
from facebehavior.databases.workers import chunks_in_processes
from facebehavior.errors import BadInput
from facebehavior.faces.alignment import CropParameters, cut_face
from facebehavior.labels import Manifest


@dataclass(frozen=True)
class Cuts:
    """Rows that belong together and where their faces are.

    Attributes:
        rows: N rows.
        points: (N, 5, 2) pixels.
    """

    rows: Sequence[Row]
    points: NDArray[np.float32]


def crops_of(
    manifest: Manifest, points: NDArray[np.float32], parameters: CropParameters, workers: int
) -> Iterator[list[bytes]]:
    """Cut the faces of a manifest's rows out.

    Args:
        manifest: rows whose pictures can be read.
        points: (N, 5, 2) pixels.
        parameters: size and colour of the crops.
        workers: number of processes.

    Yields:
        Encoded crops of rows that belong together, in the order of the rows.

    Raises:
        BadInput: a picture that could be read before cannot be read any more.
    """
    cuts = (
        Cuts(rows_of(manifest, start, stop), points[start:stop]) for start, stop in spans(manifest)
    )
    return chunks_in_processes(partial(cut_rows, parameters=parameters), cuts, workers)


def cut_rows(cuts: Cuts, parameters: CropParameters) -> list[bytes]:
    """Cut rows that belong together out."""
    crops: dict[int, bytes] = {}
    for place, image in images_of(cuts.rows):
        if isinstance(image, BadInput):
            raise image
        crop = cut_face(image, cuts.points[place].astype(np.float64), parameters)
        crops[place] = encode_crop(crop)
    return [crops[place] for place in range(len(cuts.rows))]


def with_crops(table: pa.Table, crops: Iterator[list[bytes]]) -> Iterator[pa.RecordBatch]:
    """Put encoded crops in the place of a table's pictures, batch by batch."""
    schema = table.schema
    place = schema.get_field_index("image")
    schema = schema.set(place, pa.field("image", pa.binary()))
    start = 0
    for some in crops:
        for batch in table.slice(start, len(some)).combine_chunks().to_batches():
            columns = list(batch.columns)
            columns[place] = pa.array(some, pa.binary())
            yield pa.record_batch(columns, schema=schema)
        start += len(some)
