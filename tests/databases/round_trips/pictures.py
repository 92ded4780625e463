"""Random trees of the databases of single pictures: expressions, identities, attributes."""

from hashlib import sha256

import numpy as np
from tests.databases.round_trips.tree import EXPRESSIONS, Tree

RAF_DB = ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
RAF_DB_COMPOUND = (
    "happily_surprised",
    "happily_disgusted",
    "sadly_fearful",
    "sadly_angry",
    "sadly_surprised",
    "sadly_disgusted",
    "fearfully_angry",
    "fearfully_surprised",
    "angrily_surprised",
    "angrily_disgusted",
    "disgustedly_surprised",
)
FER = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
CFEE = {
    "Neutral": "neutral", "Happy": "happiness", "sad": "sadness", "Fearful": "fear",
    "angry": "anger", "Surprised": "surprise", "disgusted": "disgust",
    "Happily surprised": "happily_surprised", "sadly angry": "sadly_angry", "Awed": "awed",
    "appalled": "appalled", "Hatred": "hatred", "Fearfully Disgusted": "fearfully_disgusted",
}  # fmt: skip
_ATTRIBUTES = (
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose "
    "Black_Hair Blond_Hair Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee "
    "Gray_Hair Heavy_Makeup High_Cheekbones Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard "
    "Oval_Face Pale_Skin Pointy_Nose Receding_Hairline Rosy_Cheeks Sideburns Smiling Straight_Hair "
    "Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick Wearing_Necklace Wearing_Necktie Young"
)
ATTRIBUTES = tuple(_ATTRIBUTES.split())


def raf_db(tree: Tree) -> None:
    """The basic part, nested or not."""
    tree.options = {"validation": 0.0}
    _raf_db(tree, tree.draw.choice(["", "basic/", "basic/basic/"]), RAF_DB, "expression")


def raf_db_compound(tree: Tree) -> None:
    """The compound part."""
    tree.options = {"validation": 0.0}
    _raf_db(tree, tree.draw.choice(["", "compound/"]), RAF_DB_COMPOUND, "compound")


def _raf_db(tree: Tree, folder: str, classes: tuple[str, ...], column: str) -> None:
    pictures = tree.draw.choice(["aligned", "original"])
    tree.options |= {"pictures": pictures}
    ending = "_aligned" if pictures == "aligned" else ""
    lines = []
    for part, digits in (("train", 5), ("test", 4)):
        for number in tree.draw.sample(range(1, 900), 10):
            code = tree.draw.randint(1, len(classes))
            name = f"{part}_{number:0{digits}d}"
            lines.append(f"{name}.jpg {tree.spelled(code)}")
            if tree.sometimes(0.85):
                key = f"{folder}Image/{pictures}/{name}{ending}.jpg"
                tree.touch(key)
                tree.expect(key, split=part, **{column: classes[code - 1]})
    tree.draw.shuffle(lines)
    tree.lines(f"{folder}EmoLabel/list_patition_label.txt", lines)
    tree.touch(f"{folder}Image/{pictures}/unlisted.jpg")


def expw(tree: Tree) -> None:
    """Several faces a picture, told apart by their boxes."""
    lines = []
    for number in range(6):
        there = tree.sometimes(0.85)
        for face in range(tree.draw.randint(1, 3)):
            code = tree.draw.randint(0, 6)
            top, left = 100 * face + tree.draw.randint(0, 50), tree.draw.randint(0, 50)
            height, width = tree.draw.randint(1, 99), tree.draw.randint(1, 99)
            sure = round(tree.draw.uniform(0, 70), 2)
            name = f"crowd_{number}.jpg"
            numbers = (face, top, left, left + width, top + height)
            lines.append(f"{name} {' '.join(map(str, numbers))} {sure} {tree.spelled(code)}")
            if there:
                tree.touch(f"data/image/origin/{name}")
                box = [float(value) for value in (left, top, width, height)]
                key = f"data/image/origin/{name}#{box}"
                tree.expect(key, expression=FER[code], face_box=box, subject=name)
    tree.lines("data/label/label.lst", lines)
    tree.touch("data/image/origin/unlisted.jpg")


def fer2013(tree: Tree) -> None:
    """Pictures inside the file."""
    _fer2013(tree)


def _fer2013(tree: Tree) -> list[tuple[str, str]]:
    """Write the file; give the key and the usage of each row."""
    lines, rows = ["emotion,pixels,Usage"], []
    for number in range(12):
        code = tree.draw.randint(0, 6)
        usage = tree.draw.choice(["Training", "PublicTest", "PrivateTest"])
        grey = [number, *(tree.draw.randrange(256) for _ in range(48 * 48 - 1))]
        quote = tree.draw.choice(["", '"'])
        lines.append(f"{tree.spelled(code)},{quote}{' '.join(map(str, grey))}{quote},{usage}")
        key = sha256(np.array(grey, dtype=np.uint8).tobytes()).hexdigest()
        split = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}[usage]
        tree.expect(key, expression=FER[code], split=split)
        rows.append((key, usage))
    tree.lines("fer2013.csv", lines)
    return rows


def _votes(tree: Tree) -> tuple[list[int], str | None, list[float]]:
    """Draw ten votes: the counts, the winner by the authors' rule, the shares in our order."""
    favourite = tree.draw.randrange(10)
    counts = [0] * 10
    for _ in range(10):
        counts[favourite if tree.sometimes(0.6) else tree.draw.randrange(10)] += 1
    kept = [count for count in counts if count > 1]
    names = (*FERPLUS, "unknown", "not a face")
    winner = next((n for n, c in zip(names, counts, strict=True) if 2 * c > sum(kept)), None)
    winner = winner if kept else None
    shares = dict(zip(names, (count / 10 for count in counts), strict=True))
    return counts, winner, [shares[name] for name in (*EXPRESSIONS, "contempt")]


def ferplus(tree: Tree) -> None:
    """Votes beside pictures in three folders."""
    for folder, split in (("Train", "train"), ("Valid", "validation"), ("Test", "test")):
        lines = []
        for number in range(8):
            counts, winner, shares = _votes(tree)
            name = "" if tree.sometimes(0.1) else f"fer{number:07d}.png"
            lines.append(f'{name},"(0, 0, 48, 48)",{",".join(map(str, counts))}')
            if name:
                tree.touch(f"FER2013{folder}/{name}")
            if name and winner not in ("unknown", "not a face"):
                tree.expect(
                    f"FER2013{folder}/{name}",
                    expression=winner if winner in EXPRESSIONS else None,
                    expression_votes=shares,
                    split=split,
                )
        tree.lines(f"FER2013{folder}/label.csv", lines)


def ferplus_list(tree: Tree) -> None:
    """Votes in one list beside the file of pictures."""
    rows = _fer2013(tree)
    splits = {key: labels["split"] for key, labels in tree.expected.items()}
    tree.expected.clear()
    lines = ["Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,"
             "unknown,NF"]  # fmt: skip
    for number, (key, usage) in enumerate(rows):
        counts, winner, shares = _votes(tree)
        name = "" if tree.sometimes(0.1) else f"fer{number:07d}.png"
        lines.append(f"{usage},{name},{','.join(map(str, counts))}")
        if name and winner not in ("unknown", "not a face"):
            expression = winner if winner in EXPRESSIONS else None
            tree.expect(key, expression=expression, expression_votes=shares, split=splits[key])
    tree.lines("fer2013new.csv", lines)


def cfee(tree: Tree) -> None:
    """Classes with gaps in their numbers, both endings of pictures, a class without a name."""
    folder = tree.draw.choice(["", "CFEE_Database_230/"])
    codes = sorted(tree.draw.sample(range(1, 27), len(CFEE) + 1))
    named = dict(zip(codes, tree.draw.sample(sorted(CFEE), len(CFEE)), strict=False))
    for code in codes:
        for person in tree.draw.sample(range(101, 331), 3):
            ending = tree.draw.choice(["jpg", "JPG", "jpeg"])
            number = tree.draw.randint(1, 9999)
            name = f"{code:02d}_{person}_{number:04d}.{ending}"
            key = f"{folder}{code:02d}-x/Images{code % 6 + 1}/{name}"
            tree.touch(key)
            if code in named:
                meaning = CFEE[named[code]]
                kind = "expression" if meaning in EXPRESSIONS else "compound"
                tree.expect(key, subject=str(person), **{kind: meaning})
    header = tree.draw.choice([[], ["Class,Name"]])
    lines = [f"{code},{name}" for code, name in named.items()]
    tree.lines(f"{folder}summary.csv", [*header, *lines])


def celeba(tree: Tree) -> None:
    """One or two blanks, every attribute, identities with gaps, a picture without an identity."""
    attributes, people, parts = [], [], []
    for number in sorted(tree.draw.sample(range(1, 202600), 10)):
        name = f"{number:06d}.jpg"
        signs = [tree.draw.choice([1, -1]) for _ in ATTRIBUTES]
        attributes.append(f"{name} " + " ".join(f"{tree.spelled(sign):>2}" for sign in signs))
        part, person = tree.draw.randint(0, 2), None if tree.sometimes(0.1) else 17 * number
        parts.append(f"{name} {part}")
        if person is not None:
            people.append(f"{name} {person}")
        if tree.sometimes(0.85):
            key = f"Img/img_align_celeba/{name}"
            tree.touch(key)
            labels: dict[str, object] = {
                f"attr_{attribute.lower()}": sign == 1
                for attribute, sign in zip(ATTRIBUTES, signs, strict=True)
            }
            identity = None if person is None else str(person)
            split = ("train", "validation", "test")[part]
            tree.expect(key, **labels, identity=identity, subject=identity, split=split)
    tree.lines("Anno/list_attr_celeba.txt", ["10", " ".join(ATTRIBUTES) + " ", *attributes])
    tree.lines("Anno/identity_CelebA.txt", people)
    tree.lines("Eval/list_eval_partition.txt", parts)
    tree.touch("Img/img_align_celeba/999999.jpg")


def lfw(tree: Tree) -> None:
    """Folders of people."""
    folder = tree.draw.choice(["", "lfw/"])
    for person in ("Aaron_Example", "Zoe", "Mary_Ann_Third_2nd", "Élodie_Sample"):
        for number in range(1, tree.draw.randint(2, 5)):
            key = f"{folder}{person}/{person}_{number:04d}.jpg"
            tree.touch(key)
            tree.expect(key, identity=person, subject=person)
