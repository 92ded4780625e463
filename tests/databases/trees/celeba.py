"""CelebA: one or two blanks between numbers, a name line that ends with one, -1 for absent."""

from pathlib import Path

from tests.databases.trees.faces import write_face

from facebehavior.labels import ATTRIBUTES


def write_tree(root: Path, pictures: int = 6) -> None:
    """Write that many pictures a part, of two people each; one listed picture is missing."""
    names = [f"{number:06d}.jpg" for number in range(1, 3 * pictures + 2)]
    attributes, people, parts = [], [], []
    for number, name in enumerate(names):
        signs = ["1" if (number + place) % 3 == 0 else "-1" for place in range(40)]
        attributes.append(f"{name} " + " ".join(f"{sign:>2}" for sign in signs))
        part = min(number // pictures, 2)
        people.append(f"{name} {17 + 2 * part + number % 2}")
        parts.append(f"{name} {part}")
        if name != names[-1]:
            write_face(root / "Img" / "img_align_celeba" / name, number, 112)
    write_face(root / "Img" / "img_align_celeba" / "999999.jpg")
    titles = " ".join(part.title() for part in ATTRIBUTES) + " "
    _write(root / "Anno" / "list_attr_celeba.txt", [str(len(names)), titles, *attributes])
    _write(root / "Anno" / "identity_CelebA.txt", people)
    _write(root / "Eval" / "list_eval_partition.txt", parts)


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
