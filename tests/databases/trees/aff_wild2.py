"""Aff-Wild2: two archives, a video of two persons, one whose frames were not all detected."""

from pathlib import Path

from tests.databases.trees.faces import write_face

HEADERS = {
    "VA": "valence,arousal",
    "EXPR": "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other",
    "AU": "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26",
}
FOLDERS = {
    "VA": "VA_Estimation_Challenge",
    "EXPR": "EXPR_Recognition_Challenge",
    "AU": "AU_Detection_Challenge",
}


def write_tree(root: Path, pictures: int = 6) -> None:
    """Write six videos; frame 2 of the first is not detected, last frames are unlabelled."""
    videos = {
        "train": ("1-30", "2-15_left", "2-15_right", "400"),
        "validation": ("9-1", "10-60"),
    }
    for split, names in videos.items():
        for number, video in enumerate(names):
            archive = "cropped_aligned_new_50_vids" if video == "400" else "cropped_aligned"
            for frame in range(1, pictures + 1):
                if (video, frame) != ("1-30", 2):
                    write_face(root / archive / video / f"{frame:05d}.jpg", number + frame, 112)
            for kind in ("VA", "EXPR", "AU"):
                if (video, kind) == ("10-60", "AU"):
                    continue  # a video may lack any of the three
                rows = [_row(kind, frame, pictures) for frame in range(pictures)]
                write_labels(root, kind, split, video, rows)


def write_labels(root: Path, kind: str, split: str, video: str, rows: list[str]) -> Path:
    """Write one file of annotations with Windows line ends, as some are."""
    part = "Train_Set" if split == "train" else "Validation_Set"
    path = root / FOLDERS[kind] / part / f"{video}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([HEADERS[kind], *rows, ""]).encode())
    return path


def _row(kind: str, frame: int, pictures: int) -> str:
    last = frame == pictures - 1
    if kind == "VA":
        return "-5.0,-5.000" if last else f"{0.1 * (frame % 9):.3f},{-0.05 * (frame % 9):.3f}"
    if kind == "EXPR":
        return "-1" if last else str(frame % 8)
    on = ["1" if (frame + unit) % 3 == 0 else "0" for unit in range(12)]
    return ",".join(["-1"] * 12 if last else on)
