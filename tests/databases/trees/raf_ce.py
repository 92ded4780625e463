"""RAF-CE: three lists, two classes that Du et al. do not know."""

from pathlib import Path

from tests.databases.trees.faces import write_face


def write_tree(root: Path, pictures: int = 14) -> None:
    """Write pictures of all 14 classes, the last without action units."""
    names = [f"{number:04d}.jpg" for number in range(1, pictures + 1)]
    root.mkdir(parents=True, exist_ok=True)
    emotions = [f"{name} {place % 14}" for place, name in enumerate(names)]
    (root / "RAFCE_emolabel.txt").write_text("\n".join([*emotions, "5000.jpg 1"]) + "\n")
    parts = [f"{name} {place % 3}" for place, name in enumerate(names)]
    (root / "RAFCE_partition.txt").write_text("\n".join(parts) + "\n")
    units = [f"{name} 1+R2+25" for name in names[:-1]]
    (root / "RAFCE_AUlabel.txt").write_text("\n".join(units) + "\n")
    for number, name in enumerate(names):
        write_face(root / "aligned" / name.replace(".jpg", "_aligned.jpg"), number, 100)
    write_face(root / "aligned" / "9000_aligned.jpg")
