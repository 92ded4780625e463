"""The model card over several sets of pictures."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Answer
from tests.databases.trees import TREES
from tests.training.toys import write_toy_shard

from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.card import distinct_names, parsed_test_set


def test_a_card_over_several_sets_of_pictures(
    facebehavior: Callable[..., Answer], tiny_model: Path, tmp_path: Path
) -> None:
    shards = []
    for name, columns in (("first", ["expression"]), ("second", ["au12", "valence", "arousal"])):
        shards.append(write_toy_shard(tmp_path / name, columns, 60))
    words = tmp_path / "words.md"
    words.write_text("**What it is for.** Nothing: it is a test.\n")
    out = tmp_path / "card"
    given = (f"{shards[0]}@test", f"{shards[1]}@train@default")
    answer = facebehavior(
        "evaluate", tiny_model, *given, "--report", out, "--words", words, "--by", "subject"
    )
    assert answer.code == 0, answer.errors
    text = (out / "card.md").read_text()
    for said in ("Model card: tiny 1", "it is a test", "## Figures", "action units: mean roc auc",
                 "### Expressions on first", "[second](second/report.md)"):  # fmt: skip
        assert said in text
    assert (out / "first" / "confusion.png").is_file()
    assert json.loads((out / "second" / "report.json").read_text())["split"] == "train"
    wrong = ("evaluate", tiny_model, *given, "--report", tmp_path / "none")
    for words_of_it, said in (
        (("--by", "gendr"), "no column 'gendr'"),
        (("--words", tmp_path / "no.md"), "no.md"),
        (("--protocol", "defualt"), "no protocol 'defualt'"),
    ):
        refused = facebehavior(*wrong, *words_of_it)
        assert (refused.code, said in refused.errors) == (2, True)
    written = tmp_path / "written"
    for asked, said in (
        (("--report", written, "-o", written), "either -o"),
        (("-o", written, "--words", words), "--words goes with --report"),
    ):
        refused = facebehavior("evaluate", tiny_model, shards[0], *asked)
        assert (refused.code, said in refused.errors) == (2, True)
    assert not written.exists()
    refused = facebehavior("evaluate", tiny_model, *given)
    assert (refused.code, "go with --report" in refused.errors) == (2, True)
    assert facebehavior("evaluate", tiny_model, "a@b@c@d", "--report", out).code == 2


def test_sets_of_one_name_are_told_apart_or_refused(
    facebehavior: Callable[..., Answer], tiny_model: Path, tmp_path: Path
) -> None:
    shards = write_toy_shard(tmp_path / "toy", ["expression"], 60)
    out = tmp_path / "card"
    given = (f"{shards}@train", f"{shards}@test", shards)
    answer = facebehavior("evaluate", tiny_model, *given, "--report", out)
    assert answer.code == 0, answer.errors
    text = (out / "card.md").read_text()
    for name, split in (("toy-train", "train"), ("toy-test", "test"), ("toy", None)):
        assert json.loads((out / name / "report.json").read_text())["split"] == split
        assert f"| {name} | expression: accuracy |" in text
        assert f"[{name}]({name}/report.md)" in text
    other = write_toy_shard(tmp_path / "other" / "toy", ["expression"], 60)
    for coinciding in ((shards, other), (f"{shards}@test", f"{other}@test")):
        refused = facebehavior("evaluate", tiny_model, *coinciding, "--report", tmp_path / "none")
        assert refused.code == 2
        assert f"found {shards} and {other}" in refused.errors
        assert len(refused.errors.splitlines()) == 1
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (("a/x", "a/y@test"), ["x", "y"]),
        (("x@test", "x@train", "y@test"), ["x-test", "x-train", "y"]),
        (("x@test@disfa-12", "x@test@default", "x"), ["x-test-disfa-12", "x-test-default", "x"]),
        (("x@@disfa-12", "b/x/@@default"), ["x-disfa-12", "x-default"]),
    ],
)
def test_only_names_that_coincide_are_lengthened(given: tuple[str, ...], names: list[str]) -> None:
    assert distinct_names([parsed_test_set(one, None, "default") for one in given]) == names


def test_a_name_made_longer_must_not_be_that_of_another() -> None:
    given = ("x@test", "x@train", "x-test")
    with pytest.raises(FaceBehaviorError, match="both be x-test"):
        distinct_names([parsed_test_set(one, None, "default") for one in given])


def test_verification_has_its_figures_in_the_card(
    facebehavior: Callable[..., Answer], tiny_further_model: Path, tmp_path: Path
) -> None:
    root, shards, out = tmp_path / "lfw", tmp_path / "shards", tmp_path / "card"
    TREES["lfw"](root)
    words = ("prepare", "lfw", root, "-o", shards, "--size", 16, "--colour", "grey")
    assert facebehavior(*words).code == 0
    asked = ("evaluate", tiny_further_model, shards, "--protocol", "lfw-view2", "--report", out)
    assert facebehavior(*asked).code == 0
    text = (out / "card.md").read_text()
    result = json.loads((out / "shards" / "report.json").read_text())["verification"]
    assert len(result["figures"]) == 6
    for name, found in result["figures"].items():
        row = f"| shards | verification: {name.replace('_', ' ')} | {found['value']:.3f} |"
        assert row in text
