"""A record that is kept until it is whole."""

from types import TracebackType
from typing import Self

import pyarrow as pa


class RecordInMemory:
    """Takes rows as a writer does, and gives them as one table.

    Args:
        schema: of the rows.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._batches: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        self._batches.append(batch)

    def table(self) -> pa.Table:
        """Give all rows."""
        return pa.Table.from_batches(self._batches, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Keep everything."""
