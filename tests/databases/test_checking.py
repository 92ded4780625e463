from pathlib import Path

import pytest

from facebehavior.databases.checking import check
from facebehavior.databases.reading import ReadingReport
from facebehavior.labels import EXPRESSIONS, Manifest


def rows(**labels: object) -> list[dict[str, object]]:
    return [{"image": f"{n}.png", "database": "d", **labels} for n in range(4)]


def test_labels_units_and_splits_are_counted() -> None:
    labels: list[dict[str, object]] = [
        {"split": "train", "subject": "a", "expression": "fear", "au12": True},
        {"split": "train", "subject": "b", "expression": "fear", "au12": False},
        {"split": "test", "subject": "c", "valence": 0.5},
        {"valence": -0.5, "arousal": 0.1},
    ]
    given = Manifest.from_rows({"image": "x", "database": "d"} | row for row in labels)
    found = check(given, ReadingReport())
    assert found.rows == 4
    assert found.splits == {"test": 1, "train": 2, None: 1}
    assert found.units == {"subject": 3}
    assert found.labels == {"expression": 2, "action_units": 2, "valence": 2, "arousal": 1}
    assert found.balance["expression"] == {"fear": 2}
    assert found.balance["action_units"] == {"au12": 0.5}
    assert found.balance["valence"] == pytest.approx({"mean": 0.0, "deviation": 0.5})


@pytest.mark.parametrize(
    ("labels", "suspicion"),
    [
        ({"au04": True}, "au04 is active in every labelled row"),
        ({"au04": False}, "au04 is inactive in every labelled row"),
        ({"valence": 0.25}, "valence has the same value in every labelled row"),
        ({"expression": "fear"}, "no row is labelled neutral, happiness"),
    ],
)
def test_what_cannot_be_right_is_named(labels: dict[str, object], suspicion: str) -> None:
    found = check(Manifest.from_rows(rows(**labels)), ReadingReport())
    assert any(one.startswith(suspicion) for one in found.suspicions)


def test_people_in_several_splits_are_named() -> None:
    people = rows(subject="anna", split="train") + rows(subject="anna", split="test")
    found = check(Manifest.from_rows(people), ReadingReport())
    assert any(
        "1 subjects stand in more than one split, such as anna" in s for s in found.suspicions
    )


def test_a_sound_database_is_not_suspected_and_warnings_are_passed_on() -> None:
    sound = [
        {"image": "x", "database": "d", "expression": name, "subject": name, "split": "train"}
        for name in EXPRESSIONS
    ]
    report = ReadingReport()
    assert check(Manifest.from_rows(sound), report).suspicions == ()
    report.warn(Path("videos"), "the second archive is missing")
    found = check(Manifest.from_rows(sound), report)
    assert found.suspicions == ("videos: the second archive is missing",)
    assert check(Manifest.from_rows([]), ReadingReport()).suspicions == ("not one row can be used",)
