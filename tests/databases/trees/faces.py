"""Drawn faces: no person, and nothing a detector must find."""

from pathlib import Path

from PIL import Image, ImageDraw


def write_face(path: Path, seed: int = 0, size: int = 64) -> Path:
    """Draw a face of its own colour for each seed and write it under any picture ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (size, size), (30 + 53 * seed % 200, 90, 120))
    draw = ImageDraw.Draw(picture)
    part = size / 16
    draw.ellipse((3 * part, part, 13 * part, 15 * part), fill=(220, 180 - 17 * seed % 90, 150))
    for x in (6, 10):
        draw.ellipse(((x - 1) * part, 5 * part, (x + 1) * part, 7 * part), fill=(20, 20, 20))
    draw.arc((5 * part, 8 * part, 11 * part, 12 * part), 20, 160, fill=(150, 40, 40), width=2)
    picture.save(path)
    return path
