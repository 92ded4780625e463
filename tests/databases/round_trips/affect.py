"""Random trees of the databases with valence and arousal."""

import json

from tests.databases.round_trips.tree import EXPRESSIONS, Tree, five_of, points_68

ABAW_UNITS = (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)
ABAW1_UNITS = (1, 2, 4, 6, 12, 15, 20, 25)
ABAW_NAMES = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise", None)
C_EXPR = (
    "fearfully_surprised",
    "happily_surprised",
    "sadly_surprised",
    "disgustedly_surprised",
    "angrily_surprised",
    "sadly_fearful",
    "sadly_angry",
)


def aff_wild(tree: Tree) -> None:
    """Valence and arousal in two files, of unequal length at times; both endings of videos."""
    for name in ("105", "12", "a_1", "gone"):
        ending = tree.draw.choice(["mp4", "avi"])
        values = [tree.affect() for _ in range(tree.draw.randint(1, 9))]
        arousals = len(values) - tree.draw.choice([0, 0, 1])
        folder = "annotations/train"
        tree.lines(f"{folder}/valence/{name}.txt", [tree.spelled(v) for v, _ in values])
        tree.lines(f"{folder}/arousal/{name}.txt", [tree.spelled(a) for _, a in values[:arousals]])
        if name == "gone":
            continue
        tree.touch(f"videos/train/{name}.{ending}")
        for frame, (valence, arousal) in enumerate(values[:arousals]):
            key = f"videos/train/{name}.{ending}#{frame}"
            tree.expect(key, valence=valence, arousal=arousal, subject=name, video=name)


def aff_wild2(tree: Tree) -> None:
    """Any subset of the three kinds a video, any missing label, frames without a picture."""
    edition = tree.draw.choice([1, 3, 5])
    folders = {
        1: ("VA_Set", "EXPR_Set", "AU_Set", "Training_Set"),
        3: ("VA_Estimation_Challenge", "EXPR_Recognition_Challenge", "AU_Detection_Challenge", ""),
        5: (
            "VA_Estimation_Challenge",
            "EXPR_Classification_Challenge",
            "AU_Detection_Challenge",
            "",
        ),
    }[edition]
    units = ABAW1_UNITS if edition == 1 else ABAW_UNITS
    classes = 7 if edition == 1 else 8
    words = ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other"][
        :classes
    ]
    for number, video in enumerate(("1-30", "2_left", "2_right", "77", "video5")):
        split = ("train", "validation")[number > 2]
        part = {"train": folders[3] or "Train_Set", "validation": "Validation_Set"}[split]
        archive = tree.draw.choice(["cropped_aligned", "cropped_aligned_new_50_vids"])
        kinds = [kind for kind in range(3) if tree.sometimes(0.8)] or [0]
        files: list[list[str]] = [
            ["valence,arousal"],
            [",".join(words)],
            [",".join(f"AU{unit}" for unit in units)],
        ]
        for frame in range(1, tree.draw.randint(2, 8)):
            labels: dict[str, object] = {}
            for kind in kinds:
                line, found = _frame(tree, kind, classes, units)
                files[kind].append(line)
                labels |= found
            if tree.sometimes(0.8):
                name = f"{archive}/{video}/{frame:05d}.jpg"
                tree.touch(name)
                if labels:
                    subject = video.split("_")[0]
                    tree.expect(name, **labels, split=split, subject=subject, video=video)
        for kind in kinds:
            tree.lines(f"{folders[kind]}/{part}/{video}.txt", files[kind])
    tree.touch("cropped_aligned/unlabelled/00001.jpg")


def aff_wild2_mtl(tree: Tree) -> None:
    """Rows of sixteen cells under a header of five."""
    for part, split in (("training", "train"), ("validation", "validation")):
        lines = ["image,valence,arousal,expression,aus"]
        for video in (f"{part}1", f"{part}2_left"):
            for frame in range(1, 7):
                cells = [f"{video}/{frame:05d}.jpg"]
                labels: dict[str, object] = {}
                for kind in range(3):
                    line, found = _frame(tree, kind, 8, ABAW_UNITS)
                    cells.append(line)
                    labels |= found
                lines.append(",".join(cells))
                if tree.sometimes(0.8):
                    name = f"cropped_aligned/{cells[0]}"
                    tree.touch(name)
                    if labels:
                        subject = video.removesuffix("_left")
                        tree.expect(name, **labels, split=split, subject=subject, video=video)
        tree.lines(f"{part}_set_annotations{tree.draw.choice(['', '_22'])}.txt", lines)
    tree.touch("cropped_aligned/other/00001.jpg")


def _frame(
    tree: Tree, kind: int, classes: int, units: tuple[int, ...]
) -> tuple[str, dict[str, object]]:
    """Draw one row of valence and arousal, of the expression, or of the action units."""
    if kind == 0:
        valence, arousal = tree.affect()
        missing = [tree.sometimes(0.15) for _ in range(2)]
        cells = [
            tree.spelled(-5 if gone else value)
            for value, gone in zip((valence, arousal), missing, strict=True)
        ]
        return ",".join(cells), {} if any(missing) else {"valence": valence, "arousal": arousal}
    if kind == 1:
        code = tree.draw.randint(-1, classes - 1)
        name = None if code < 0 else ABAW_NAMES[code]
        return tree.spelled(code), {} if name is None else {"expression": name}
    cells, labels = tree.decisions(units, -1, tree.draw.choice([0.1, 1.0]))
    return ",".join(cells), labels


def affectnet(tree: Tree) -> None:
    """The old lists: every code, -2, NULL, the validation with or without its header."""
    header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,"
    for part, split in (("training", "train"), ("validation", "validation")):
        lines = [header + "expression,valence,arousal"]
        for number in range(14):
            name = f"{number % 3}/{part}{number}.jpg"
            code = tree.draw.choice([*range(11), "NULL"])
            valence, arousal = tree.affect()
            gone = tree.draw.choice(["", "", "-2", "NULL"])
            box = [tree.draw.randint(0, 300) for _ in range(4)]
            points = points_68(tree.draw)
            cells = [name, *map(str, box), ";".join(str(v) for point in points for v in point)]
            cells += ["NULL" if code == "NULL" else tree.spelled(int(code))]
            cells += [gone, gone] if gone else [tree.spelled(valence), tree.spelled(arousal)]
            lines.append(",".join(cells))
            if tree.sometimes(0.85):
                tree.touch(f"Manually_Annotated_Images/{name}")
                if code != 10:
                    tree.expect(
                        f"Manually_Annotated_Images/{name}",
                        expression=EXPRESSIONS[code] if code in range(7) else None,
                        valence=None if gone else valence,
                        arousal=None if gone else arousal,
                        split=split,
                        face_box=[float(value) for value in box],
                        landmarks=five_of(points),
                    )
        bare = part == "validation" and tree.sometimes(0.5)
        tree.lines(f"{part}.csv", lines[bare:])
    tree.touch("Manually_Annotated_Images/0/unlisted.jpg")


def affectnet_of_2021(tree: Tree) -> None:
    """Arrays without dimensions, of text or numbers, one file a label."""
    import numpy as np

    for part, split in (("train_set", "train"), ("val_set", "validation")):
        folder = tree.root / part / "annotations"
        folder.mkdir(parents=True)
        for number in range(10):
            code = tree.draw.randint(0, 7)
            valence, arousal = tree.affect()
            gone = tree.sometimes()
            values = {"exp": code, "val": -2 if gone else valence, "aro": -2 if gone else arousal}
            for name, value in values.items():
                array = np.array(str(value)) if tree.sometimes(0.7) else np.array(value)
                np.save(folder / f"{number}_{name}.npy", array)
            points = points_68(tree.draw)
            np.save(folder / f"{number}_lnd.npy", np.array(points).ravel())
            if number == 0 or tree.sometimes(0.8):
                tree.touch(f"{part}/images/{number}.jpg")
                tree.expect(
                    f"{part}/images/{number}.jpg",
                    expression=EXPRESSIONS[code] if code < 7 else None,
                    valence=None if gone else valence,
                    arousal=None if gone else arousal,
                    split=split,
                    landmarks=five_of(points),
                )


def afew_va(tree: Tree) -> None:
    """Clips with one file of annotations of any name, in tenths."""
    for group, clip in (("01", "001"), ("01", "002"), ("12", "600")):
        frames = {}
        for number in sorted(tree.draw.sample(range(50), 5)):
            stem = f"{number:05d}"
            values = [tree.draw.randint(-10, 10) for _ in range(2)]
            points = points_68(tree.draw)
            frames[stem] = {"landmarks": points, "valence": values[0], "arousal": float(values[1])}
            if tree.sometimes(0.8):
                tree.touch(f"{group}/{clip}/{stem}.png")
                tree.expect(
                    f"{group}/{clip}/{stem}.png",
                    valence=values[0] / 10,
                    arousal=values[1] / 10,
                    subject=clip,
                    video=clip,
                    landmarks=five_of(points),
                )
        name = tree.draw.choice([clip, "labels"])
        path = tree.root / group / clip / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"video_id": clip, "frames": frames}))


def c_expr_db(tree: Tree) -> None:
    """The challenge's list over frames and videos, with and without a class."""
    lines = ["image_location," + ",".join(name.title() for name in C_EXPR)]
    for video in ("01", "02", "03", "56"):
        clip = video in ("02", "56")
        if clip:
            ending = tree.draw.choice(["mp4", "avi", "mkv"])
            tree.touch(f"videos/{video}.{ending}")
        else:
            tree.touch(f"frames/{video}/99999.jpg")
        for frame in sorted(tree.draw.sample(range(1, 40), 5)):
            code = tree.draw.choice([None, *range(7)])
            lines.append(f"{video}/{frame:05d}.jpg,{'' if code is None else tree.spelled(code)}")
            if code is None and tree.sometimes(0.5):
                lines[-1] = lines[-1].rstrip(",")
            key = f"videos/{video}.{ending}#{frame - 1}" if clip else f"frames/{lines[-1][:12]}"
            if not clip:
                if tree.sometimes():
                    continue
                tree.touch(key)
            compound = None if code is None else C_EXPR[code]
            tree.expect(key, compound=compound, video=video, subject=video, split="test")
    tree.lines("list.txt", lines)
