"""A record that is kept until it is whole."""

import pyarrow as pa

from facebehavior.closing import Closing


class RecordInMemory(Closing):
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
