"""Shards: manifests with the encoded crops inside, read memory-mapped."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image

from facebehavior.databases.pairs import Pair, kept_pairs
from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.files import writing
from facebehavior.labels import Manifest

CROP_KEY = b"facebehavior.crop"
ROWS_PER_BATCH = 1024


class Shards:
    """One prepared database: its labels in memory, its crops on disk.

    Args:
        path: a shard (`.arrow`) or a folder of shards, in the order of their names.

    Raises:
        FaceBehaviorError: nothing is there, a file is damaged or no shard, or the shards were cut
            out differently.

    Attributes:
        manifest: the labels, without the column `image`'s bytes in memory (it stays mapped).
        crop_parameters: how the crops were cut out.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        tables = [_open_shard(file) for file in shard_files(self.path)]
        parameters = {table.schema.metadata[CROP_KEY] for table in tables}
        if len(parameters) > 1:
            raise FaceBehaviorError(
                f"{path}: expected shards with one set of crop parameters, found "
                f"{len(parameters)}; prepare the database again into an empty folder"
            )
        self.crop_parameters = CropParameters.from_dict(json.loads(parameters.pop()))
        self.manifest = Manifest(pa.concat_tables(tables, promote_options="default"))
        self._images = self.manifest.column("image")
        self._starts = np.cumsum([0, *(len(chunk) for chunk in self._images.chunks)])

    def __len__(self) -> int:
        return len(self.manifest)

    def pairs(self) -> tuple[Pair, ...]:
        """Read the pairs of pictures that the release compares; most releases have none.

        Raises:
            FaceBehaviorError: their file is damaged.
        """
        return kept_pairs(self.path if self.path.is_dir() else self.path.parent)

    def crop(self, index: int) -> NDArray[np.uint8]:
        """Decode one crop, (S, S, C) uint8.

        Raises:
            IndexError: there is no such row.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"expected a row from 0 to {len(self) - 1}, found {index}")
        # Slicing by chunk: indexing a chunked array looks through all its chunks each time.
        chunk = int(np.searchsorted(self._starts, index, side="right")) - 1
        encoded = self._images.chunk(chunk)[index - int(self._starts[chunk])]
        return decode_crop(encoded.as_buffer(), self.crop_parameters)

    def crops(self, indices: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint8]:
        """Decode N crops, (N, S, S, C) uint8."""
        size, channels = self.crop_parameters.size, self.crop_parameters.channels
        crops = np.empty((len(indices), size, size, channels), dtype=np.uint8)
        for position, index in enumerate(indices):
            crops[position] = self.crop(int(index))
        return crops


def shard_files(path: Path) -> list[Path]:
    """List the shards at a path: itself, or those in the folder, by name.

    Raises:
        FaceBehaviorError: there is none.
    """
    # What begins with a dot is what a killed run has left unfinished.
    files = [path] if path.is_file() else sorted(path.glob("[!.]*.arrow"))
    if not files:
        raise FaceBehaviorError(
            f"{path}: expected a shard (.arrow) or a folder of shards, found none; "
            "make them with: facebehavior prepare"
        )
    return files


def write_shard(
    path: Path, batches: Iterator[pa.RecordBatch], schema: pa.Schema, parameters: CropParameters
) -> None:
    """Write one shard from record batches of manifest rows with encoded crops.

    Raises:
        FaceBehaviorError: the file cannot be written.
    """
    described = schema.with_metadata({CROP_KEY: json.dumps(parameters.to_dict(), sort_keys=True)})
    with writing(path) as unfinished, pa.ipc.new_file(str(unfinished), described) as file:
        for batch in batches:
            file.write_batch(batch)


def encode_crop(crop: NDArray[np.uint8]) -> bytes:
    """Encode a crop (S, S, C) uint8 as PNG: lossless, and small at these sizes."""
    buffer = io.BytesIO()
    Image.fromarray(crop[..., 0] if crop.shape[-1] == 1 else crop).save(buffer, "PNG")
    return buffer.getvalue()


def decode_crop(encoded: pa.Buffer | bytes, parameters: CropParameters) -> NDArray[np.uint8]:
    """Decode a crop to (S, S, C) uint8.

    Raises:
        FaceBehaviorError: its size or colour is not what the shard says.
    """
    with Image.open(io.BytesIO(encoded)) as picture:
        pixels = np.asarray(picture)
    size, channels = parameters.size, parameters.channels
    if pixels.size != size * size * channels:
        raise FaceBehaviorError(
            f"expected crops of {size} x {size} pixels with {channels} channels, "
            f"found an array of {pixels.shape}; the shard is damaged: prepare it again"
        )
    return pixels.reshape(size, size, channels)


def _open_shard(file: Path) -> pa.Table:
    try:
        table = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise FaceBehaviorError(
            f"{file}: expected an Arrow IPC shard, found something else or a damaged file; "
            "prepare the database again"
        ) from error
    if CROP_KEY not in (table.schema.metadata or {}):
        raise FaceBehaviorError(
            f"{file}: expected a shard with crop parameters, found a plain Arrow file; "
            "make shards with: facebehavior prepare"
        )
    return table
