"""Random trees of the databases with action units."""

from tests.databases.round_trips.tree import UNITS, Tree

DISFA = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)
BP4D = (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)
OF_BP4D_PLUS = tuple(unit for unit in range(1, 40) if unit not in (3, 8, 21, 25, 26))
STRENGTHS = (6, 10, 12, 14, 17)
EMOTIONET = (1, 2, 4, 5, 6, 9, 12, 17, 20, 25, 26)
RAF_CE = (
    "happily_surprised",
    "happily_disgusted",
    "sadly_fearful",
    "sadly_angry",
    "sadly_surprised",
    "sadly_disgusted",
    "fearfully_angry",
    "fearfully_surprised",
    "fearfully_disgusted",
    "angrily_surprised",
    "angrily_disgusted",
    "disgustedly_surprised",
)


def disfa(tree: Tree) -> None:
    """Twelve files a subject, some missing or without a frame; videos, or pictures moved by 1."""
    threshold = tree.draw.randint(1, 5)
    camera = tree.draw.choice(["left", "right"])
    offset = tree.draw.choice([None, 0, -1])
    tree.options = {"threshold": threshold, "camera": camera}
    if offset is not None:
        tree.options |= {"frames": "pictures", "frame_offset": offset}
    for subject in ("SN001", "SN009", "SN032"):
        frames: dict[int, dict[str, object]] = {}
        length = tree.draw.randint(2, 7)
        for unit in DISFA:
            if unit != 4 and tree.sometimes(0.1):
                continue
            lines = []
            for frame in range(1, length + 1):
                if unit == 4 or not tree.sometimes(0.1):
                    cell, labels = tree.level(unit, threshold)
                    lines.append(f"{frame},{cell}")
                    frames.setdefault(frame, {}).update(labels)
            tree.lines(f"ActionUnit_Labels/{subject}/{subject}_au{unit}.txt", lines)
        side = camera.title()
        video = f"Videos_{side}Camera/{side}Video{subject}_comp.avi"
        if offset is None:
            tree.touch(video)
        for frame, labels in frames.items():
            key = f"{video}#{frame - 1}"
            if offset is not None:
                if subject != "SN001" and tree.sometimes():
                    continue
                key = f"pictures/{subject}/{frame + offset:04d}.png"
                tree.touch(key)
            tree.expect(key, **labels, subject=subject, video=subject)


def disfa_plus(tree: Tree) -> None:
    """Trials with header lines of any number, a missing file, a missing picture."""
    threshold = tree.draw.randint(1, 5)
    tree.options = {"threshold": threshold}
    for subject, trial in (("SN001", "A1_AU1_TrailNo_1"), ("SN027", "Y_TrailNo_2")):
        pictures: dict[str, dict[str, object]] = {}
        for unit in DISFA:
            if unit != 4 and tree.sometimes(0.1):
                continue
            lines = ["Intensity of " + subject, "-- * --"][: tree.draw.randint(0, 2)]
            for frame in range(tree.draw.randint(3, 6)):
                cell, labels = tree.level(unit, threshold)
                lines.append(f"{frame:03d}.jpg{' ' * tree.draw.randint(1, 6)}{cell}")
                pictures.setdefault(f"{frame:03d}.jpg", {}).update(labels)
            tree.lines(f"Labels/{subject}/{trial}/AU{unit}.txt", lines)
        for name, labels in pictures.items():
            if tree.sometimes(0.85):
                key = f"Images/{subject}/{trial}/{name}"
                tree.touch(key)
                tree.expect(key, **labels, subject=subject, video=f"{subject}/{trial}")
    tree.touch("Images/SN001/A1_AU1_TrailNo_1/900.jpg")


def bp4d(tree: Tree) -> None:
    """Headers of 100 columns or of the coded units; 3 or 4 digits; only a part is coded."""
    _coded_sequences(tree, "Sequences_2D+3D", 0, ("F001_T1", "M001_T1", "M014_T8"))


def bp4d_plus(tree: Tree) -> None:
    """A first header cell that repeats a unit; pictures count one lower."""
    offset = tree.draw.choice([-1, 0])
    tree.options = {"frame_offset": offset}
    _coded_sequences(tree, "2D+3D", offset, ("F001_T1", "M058_T6", "F041_T7"))


def _coded_sequences(tree: Tree, folder: str, offset: int, names: tuple[str, ...]) -> None:
    for name in names:
        subject, task = name.split("_")
        every = tree.draw.choice([tuple(range(1, 100)), OF_BP4D_PLUS, BP4D])
        first = tree.draw.choice([3, 118, 2440])
        digits = max(tree.draw.choice([3, 4]), len(str(first + 9)))
        lines = [",".join([tree.draw.choice(["0", "1", "frame"]), *map(str, every)])]
        strong: dict[int, list[str]] = {unit: [] for unit in STRENGTHS if tree.sometimes(0.8)}
        for frame in range(first, first + 7):
            coded, labels = tree.decisions(BP4D, 9, tree.draw.choice([0.1, 1.0]))
            cells = dict(zip(BP4D, coded, strict=True))
            lines.append(",".join([str(frame), *(cells.get(unit, "9") for unit in every)]))
            for unit, rows in strong.items():
                level = tree.draw.choice([*range(6), 9])
                rows.append(f"{frame},{tree.spelled(level)}")
                if level != 9:
                    labels[f"au{unit:02d}_intensity"] = level / 5
            if tree.sometimes(0.85):
                key = f"{folder}/{subject}/{task}/{frame + offset:0{digits}d}.jpg"
                tree.touch(key)
                if labels and name != "F041_T7":
                    gender = "female" if subject[0] == "F" else "male"
                    tree.expect(key, **labels, subject=subject, video=name, gender=gender)
        tree.lines(f"AUCoding/AU_OCC/{name}.csv", lines)
        for unit, rows in strong.items():
            tree.lines(f"AUCoding/AU_INT/AU{unit:02d}/{name}_AU{unit:02d}.csv", rows)
        tree.touch(f"{folder}/{subject}/{task}/9000.jpg")


def emotionet(tree: Tree) -> None:
    """Quotes around anything, any order of pictures on disk, both sets of units."""
    chosen = tree.draw.choice(["challenge", "all"])
    tree.options = {"units": chosen, "pictures": "stored"}
    units = EMOTIONET if chosen == "challenge" else UNITS

    def quoted(text: str) -> str:
        return f"'{text}'" if tree.sometimes(0.5) else text

    for name, split, separator in (
        ("EmotioNet_FACS_aws_2020_24600.csv", "validation", ","),
        ("dataFile_0001.txt", "train", "\t"),
        ("dataFile_0002.txt", "train", "\t"),
    ):
        header = ["URL", quoted("URL orig"), *(quoted(f"AU {unit}") for unit in range(1, 61))]
        lines = [separator.join(header)] if separator == "," else []
        for number in range(8):
            picture = f"{name[:11]}_{split}_{name[-5]}_{number}.jpg"
            cells, labels = tree.decisions(range(1, 61), 999, tree.draw.choice([0.2, 1.0]))
            address = quoted(f"http://host/Images/N_{number}/{picture}")
            lines.append(separator.join([address, quoted("http://o/a.jpg"), *map(quoted, cells)]))
            if tree.sometimes(0.8):
                key = f"stored/{tree.draw.choice(['', 'a/', 'a/b/'])}{picture}"
                tree.touch(key)
                known = {n: v for n, v in labels.items() if int(n[2:]) in units}
                if known:
                    tree.expect(key, **known, split=split)
        tree.lines(name, lines)
    tree.touch("stored/unlisted.jpg")


def _tokens(tree: Tree) -> tuple[str, dict[str, object]]:
    """Draw active units with sides before them, and what they mean."""
    active = tree.draw.sample(UNITS, tree.draw.randint(1, 6))
    text = "+".join(tree.draw.choice(["", "", "L", "R", "B", "T"]) + str(one) for one in active)
    return text, {f"au{unit:02d}": unit in active for unit in UNITS}


def raf_au(tree: Tree) -> None:
    """Numbers with or without zeros, sides, `null`, blanks at the end."""
    lines = []
    for number in tree.draw.sample(range(1, 4602), 12):
        text, labels = _tokens(tree)
        null = tree.sometimes()
        digits = tree.draw.choice([1, 4])
        blanks = tree.draw.choice(["", "  "])
        lines.append(f"{number:0{digits}d}.jpg {'null' if null else text}{blanks}")
        if tree.sometimes(0.85):
            key = f"aligned/{number:04d}_aligned.jpg"
            tree.touch(key)
            if not null:
                tree.expect(key, **labels)
    tree.lines("RAFAU_label.txt", lines)
    tree.touch("aligned/9999_aligned.jpg")


def raf_ce(tree: Tree) -> None:
    """Three lists, each in an order of its own; two classes that Du et al. do not have."""
    emotions, parts, units = [], [], []
    for number in tree.draw.sample(range(1, 4550), 14):
        name, code, part = f"{number:04d}.jpg", tree.draw.randint(0, 13), tree.draw.randint(0, 2)
        text, labels = _tokens(tree)
        coded = tree.draw.choice(["coded", "null", "not listed"])
        emotions.append(f"{name} {tree.spelled(code)}")
        parts.append(f"{name} {tree.spelled(part)}")
        if coded != "not listed":
            units.append(f"{name} {text if coded == 'coded' else 'null'}")
        labels = labels if coded == "coded" else {}
        if tree.sometimes(0.85):
            key = f"aligned/{number:04d}_aligned.jpg"
            tree.touch(key)
            if labels or code < 12:
                split = ("train", "test", "validation")[part]
                tree.expect(
                    key, **labels, compound=RAF_CE[code] if code < 12 else None, split=split
                )
    for name, lines in (("emolabel", emotions), ("partition", parts), ("AUlabel", units)):
        tree.draw.shuffle(lines)
        tree.lines(f"RAFCE_{name}.txt", lines)
    tree.touch("aligned/9999_aligned.jpg")
