"""Random tables of one's own, as CSV and as Parquet, and manifests."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
from tests.databases.round_trips.pictures import ATTRIBUTES
from tests.databases.round_trips.tree import EXPRESSIONS, UNITS, Tree

from facebehavior.labels import Manifest


def _rows(tree: Tree) -> list[dict[str, object]]:
    """Draw rows with any of the labels missing, and note what they mean."""
    rows = []
    for number in range(12):
        valence, arousal = tree.affect()
        labels: dict[str, object] = {
            "expression": tree.draw.choice(EXPRESSIONS),
            "compound": tree.draw.choice(["awed", "sadly_angry"]),
            "valence": valence,
            "arousal": arousal,
            "identity": f"person {number % 3}",
            "subject": f"s{number % 3}",
            "split": tree.draw.choice(["train", "test"]),
            "frame": number,
            "label_mask": tree.draw.choice(["worn", "none"]),
            **{f"au{unit:02d}": tree.sometimes(0.5) for unit in UNITS},
            **{f"au{unit:02d}_intensity": tree.draw.randint(0, 5) / 5 for unit in UNITS},
            **{f"attr_{name.lower()}": tree.sometimes(0.5) for name in ATTRIBUTES},
        }
        kept = {name: None if tree.sometimes(0.3) else value for name, value in labels.items()}
        name = f"{'a/' if number % 2 else ''}{number}.png"
        if number == 0:
            kept = labels  # so that every column has a type
        if number == 0 or tree.sometimes(0.9):
            tree.touch(name)
            tree.expect(name, **kept)
        rows.append({"image": name} | kept)
    return rows


def table_csv(tree: Tree) -> None:
    """A CSV file with cells in any spelling."""
    rows = _rows(tree)
    with (tree.root / "own.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(tree, value) for name, value in row.items()})


def _cell(tree: Tree, value: object) -> str:
    if value is None:
        return tree.draw.choice(["", " ", "nan"])
    if isinstance(value, bool):
        return tree.draw.choice(["1", "true", "1.0"] if value else ["0", "False", "0.0"])
    return repr(value) if isinstance(value, float) else str(value)


def table_parquet(tree: Tree) -> None:
    """A Parquet file with typed columns."""
    pq.write_table(pa.Table.from_pylist(_rows(tree)), tree.root / "own.parquet")


def manifest(tree: Tree) -> None:
    """A manifest that this project has written."""
    rows = [row | {"database": "own"} for row in _rows(tree)]
    Manifest.from_rows(rows).write(tree.root / "own.parquet")
