"""FER2013: pictures inside the file, all three usages."""

from pathlib import Path


def write_tree(root: Path, pictures: int = 7) -> None:
    """Write that many pictures of every usage."""
    lines = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest", "PrivateTest"):
        for number in range(pictures):
            pixels = " ".join(str((place + 9 * number) % 256) for place in range(48 * 48))
            lines.append(f"{number % 7},{pixels},{usage}")
    root.mkdir(parents=True, exist_ok=True)
    (root / "fer2013.csv").write_text("\n".join(lines) + "\n")
