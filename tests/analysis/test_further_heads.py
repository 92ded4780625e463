"""What a model of other tasks writes into the record, and faces compared by their embeddings."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from tests.conftest import Answer, write_trainable_model

from facebehavior.analysis import Analyzer, Matcher, Recorder
from facebehavior.analysis.compounds import CompoundExpressions
from facebehavior.cli.match_errors import errors_of
from facebehavior.compound import (
    COMPOUND_SETS,
    compound_posterior,
    compound_scores,
    indistinct_classes,
)
from facebehavior.errors import BadInput, FaceBehaviorError
from facebehavior.labels import ACTION_UNIT_COLUMNS, ATTRIBUTE_COLUMNS, COMPOUND_EXPRESSIONS
from facebehavior.model_file import FaceModel, MatchThreshold
from facebehavior.records import convert, read_records

Command = Callable[..., Answer]


@pytest.fixture
def two_faces(astronaut: Path, tmp_path: Path) -> Path:
    with Image.open(astronaut) as picture:
        whole = np.asarray(picture.convert("RGB"))
    path = tmp_path / "two.png"
    Image.fromarray(np.concatenate([whole, whole[:, ::-1]], axis=1)).save(path)
    return path


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    path = tmp_path / "nobody.png"
    Image.new("RGB", (300, 300), (90, 120, 150)).save(path)
    return path


def test_every_head_has_its_columns(
    facebehavior: Command, tiny_further_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    out = tmp_path / "faces.parquet"
    words = ("analyze", astronaut, "-o", out, "--model", tiny_further_model, "--embedding")
    assert facebehavior(*words).code == 0
    table = pq.read_table(out)
    (row,) = table.to_pylist()
    with Analyzer(tiny_further_model) as analyzer:
        (frame,) = analyzer.stream(astronaut)
    predicted = frame.predictions
    assert predicted.embedding is not None
    assert predicted.attributes is not None
    assert predicted.compound is not None
    np.testing.assert_allclose(row["embedding"], predicted.embedding[0], atol=1e-6)
    found = [row[name] for name in ATTRIBUTE_COLUMNS]
    np.testing.assert_allclose(found, predicted.attributes[0], atol=1e-6)
    shares = [row[f"cexpr_{name}"] for name in COMPOUND_EXPRESSIONS]
    np.testing.assert_allclose(shares, predicted.compound[0], atol=1e-6)
    assert row["compound"] == list(COMPOUND_EXPRESSIONS)[int(np.argmax(shares))]
    assert row["shape_square"] + row["shape_circle"] == pytest.approx(1, abs=1e-5)
    assert row["expr"] is None
    assert row["au12"] is None
    document = json.loads((tmp_path / "faces.parquet.schema.json").read_text())
    assert document["columns"]["cexpr_happily_surprised"]["unit"] == "probability"
    assert len(document["columns"]["embedding"]["range"]) == 2


@pytest.mark.parametrize(
    ("output", "option", "column"),
    [
        ("faces.csv", "--embedding", "embedding"),
        ("faces.csv", "--landmarks", "landmarks"),
        (None, "--embedding", "embedding"),
        ("faces.openface.csv", "--compound", "compound"),
        ("faces.openface.csv", "--people", "person"),
        ("faces.libreface.csv", "--embedding", "embedding"),
    ],
)
def test_a_column_that_is_asked_for_and_has_no_place_is_an_error(
    facebehavior: Command,
    astronaut: Path,
    tmp_path: Path,
    output: str | None,
    option: str,
    column: str,
) -> None:
    written = () if output is None else ("-o", tmp_path / output)
    answer = facebehavior("analyze", astronaut, *written, option)
    assert answer.code == 2
    assert f"no place for the column {column}" in answer.errors
    assert ".parquet or .jsonl" in answer.errors
    assert answer.errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_json_lines_keep_the_embedding_and_converting_to_csv_says_that_it_is_left_out(
    facebehavior: Command,
    tiny_further_model: Path,
    astronaut: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    words = ("analyze", astronaut, "-o", tmp_path / "faces.jsonl", "--embedding")
    assert facebehavior(*words, "--model", tiny_further_model).code == 0
    parquet = tmp_path / "faces.parquet"
    convert(tmp_path / "faces.jsonl", parquet)
    assert caplog.messages == []
    convert(parquet, tmp_path / "faces.csv")
    assert caplog.messages == [f"{tmp_path / 'faces.csv'} has no place for embedding: left out"]
    assert "embedding" not in read_records(tmp_path / "faces.csv").column_names
    (row,) = read_records(tmp_path / "faces.jsonl").to_pylist()
    assert len(row["embedding"]) == 512
    assert 0 <= row["attr_young"] <= 1


def test_a_model_without_the_tasks_has_no_such_columns_and_refuses_the_embedding(
    tiny_model: Path, facebehavior: Command, astronaut: Path, tmp_path: Path
) -> None:
    with Analyzer(tiny_model) as analyzer:
        names = Recorder(analyzer.model).schema.names
    assert not {"embedding", "attr_young", "compound"} & set(names)
    words = ("analyze", astronaut, "--embedding", "-o", tmp_path / "faces.parquet")
    answer = facebehavior(*words, "--model", tiny_model)
    assert answer.code == 2
    assert "gives no embedding" in answer.errors
    answer = facebehavior("compare", astronaut, astronaut, "--model", tiny_model)
    assert answer.code == 2
    assert "gives no embedding" in answer.errors


def test_compare_says_the_similarity_the_threshold_and_its_errors(
    facebehavior: Command, tiny_further_model: Path, astronaut: Path
) -> None:
    answer = facebehavior("compare", astronaut, astronaut, "--model", tiny_further_model)
    assert answer.code == 0
    assert answer.output.startswith("the same person: similarity 1.000, threshold 0.500")
    assert "2.0%" in answer.output
    assert "4.0%" in answer.output
    assert "measured on 99 pairs of pictures of album, of people held out" in answer.output
    words = ("compare", astronaut, astronaut, "--model", tiny_further_model, "--json")
    found = json.loads(facebehavior(*words).output)
    assert found["same"] is True
    assert found["similarity"] == pytest.approx(1, abs=1e-4)
    assert found["threshold"]["pairs"] == 99


def test_compare_needs_one_face_in_each_picture(
    facebehavior: Command, tiny_further_model: Path, astronaut: Path, two_faces: Path, nobody: Path
) -> None:
    for other, said in (
        (two_faces, "expected one face, found 2"),
        (nobody, "expected one face, found none"),
        (Path("missing.jpg"), "missing.jpg"),
    ):
        answer = facebehavior("compare", astronaut, other, "--model", tiny_further_model)
        assert answer.code == 2
        assert said in answer.errors
        assert answer.errors.count("\n") == 1


def test_find_ranks_the_faces_and_counts_what_it_could_not_read(
    facebehavior: Command,
    tiny_further_model: Path,
    astronaut: Path,
    two_faces: Path,
    nobody: Path,
    tmp_path: Path,
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    shutil.copy(astronaut, album / "same.jpg")
    shutil.copy(two_faces, album / "two.png")
    shutil.copy(nobody, album / "nobody.png")
    (album / "broken.jpg").write_bytes(b"no picture")
    out = tmp_path / "found.csv"
    words = ("find", astronaut, album, "--model", tiny_further_model)
    answer = facebehavior(*words, "-o", out)
    assert answer.code == 3
    assert "broken.jpg" in answer.errors
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    similarities = [float(row["similarity"]) for row in rows]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[0] == pytest.approx(1, abs=1e-3)
    assert {Path(row["source"]).name for row in rows} == {"same.jpg", "two.png"}
    assert [row["rank"] for row in rows] == ["1", "2", "3"]
    assert {row["frame"] for row in rows} == {"0"}
    assert {row["same"] for row in rows} <= {"True", "False"}
    shown = facebehavior(*words, "--most", "2")
    printed = [line.split() for line in shown.output.splitlines()]
    assert printed[0] == ["rank", "similarity", "same", "file"]
    assert printed[1][:3] == ["1", rows[0]["similarity"], "yes"]
    assert printed[1][3] == rows[0]["source"]
    assert len(printed) == 3
    same = sum(row["same"] == "True" for row in rows)
    assert f"faces: 3; {same} above the threshold 0.500 (takes two people" in shown.errors
    assert "measured on 99 pairs of pictures of album" in shown.errors
    assert facebehavior("find", astronaut, nobody, "--model", tiny_further_model).code == 2
    assert facebehavior("find", two_faces, album, "--model", tiny_further_model).code == 2
    assert facebehavior(*words, "--most", "0").code == 2


def test_find_refuses_a_place_for_its_table_before_any_work(
    facebehavior: Command, astronaut: Path, tmp_path: Path
) -> None:
    query, named_so = tmp_path / "me.jpg", tmp_path / "me.csv"
    shutil.copy(astronaut, query)
    shutil.copy(astronaut, named_so)
    (tmp_path / "folder.csv").mkdir()
    album = tmp_path / "album"
    album.mkdir()
    for out, said in (
        (query, "expected a name ending in .csv"),
        (named_so, "would replace what is read"),
        (album / ".." / "me.csv", "would replace what is read"),
        (tmp_path / "folder.csv", "found a folder"),
        (query / "out.csv", "cannot write"),
    ):
        # A model that is not there would be the next mistake.
        answer = facebehavior("find", query, album, named_so, "-o", out, "--model", "none.onnx")
        assert answer.code == 2
        assert said in answer.errors
        assert answer.errors.count("\n") == 1
    for path in (query, named_so):
        assert path.read_bytes() == astronaut.read_bytes()


def test_find_tells_the_frame_of_a_video(
    facebehavior: Command, tiny_further_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    with Image.open(astronaut) as picture, av.open(str(tmp_path / "clip.mp4"), "w") as file:
        stream = file.add_stream("libx264", rate=25)
        stream.width, stream.height = picture.size
        frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
        for _ in range(3):
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    words = ("find", astronaut, tmp_path / "clip.mp4", "--model", tiny_further_model)
    answer = facebehavior(*words)
    places = {line.split(maxsplit=3)[3] for line in answer.output.splitlines()[1:]}
    clip = tmp_path / "clip.mp4"
    assert places == {f"{clip}", f"{clip} (frame 1)", f"{clip} (frame 2)"}


def test_an_older_model_file_does_not_say_where_its_errors_were_measured() -> None:
    said = errors_of(MatchThreshold(0.5, 0.02, 0.04, 99))
    assert "measured on 99 pairs" in said
    assert "does not say of which data" in said
    assert "None" not in said


def test_a_model_without_a_threshold_gives_no_verdict(
    tiny_further_model: Path, astronaut: Path
) -> None:
    with Analyzer(tiny_further_model) as analyzer:
        matcher = Matcher(analyzer)
        matcher._threshold = None
        found = matcher.compare(astronaut, astronaut)
    assert found.same is None


def test_errors_of_matching_are_errors_of_the_input(
    tiny_further_model: Path, two_faces: Path, tiny_model: Path
) -> None:
    with Analyzer(tiny_further_model) as analyzer, pytest.raises(BadInput, match="found 2"):
        Matcher(analyzer).only_face(two_faces)
    with Analyzer(tiny_model) as analyzer, pytest.raises(FaceBehaviorError, match="no embedding"):
        Matcher(analyzer)


def test_compound_expressions_are_printed_where_they_were_asked_for(
    facebehavior: Command, tiny_model: Path, astronaut: Path
) -> None:
    plain = facebehavior("analyze", astronaut, "--model", tiny_model).output.splitlines()
    asked = facebehavior("analyze", astronaut, "--model", tiny_model, "--compound", "raf-db")
    header, row = asked.output.splitlines()
    assert "compound" not in plain[0]
    place = header.index("compound")
    assert row[place:].split()[0] in COMPOUND_EXPRESSIONS
    assert header[place:].split() == ["compound", "active"]
    assert [line[:place].rstrip() for line in (header, row)] == [
        line[:place].rstrip() for line in (plain[0].replace("active", ""), plain[1][:place])
    ]


def test_compound_expressions_by_bayes_rule_are_probabilities(
    facebehavior: Command, tiny_model: Path, astronaut: Path, tmp_path: Path
) -> None:
    out = tmp_path / "faces.jsonl"
    words = ("analyze", astronaut, "--model", tiny_model, "-o", out)
    answer = facebehavior(*words, "--compound", "c-expr-db", "--compound-by", "posterior")
    assert answer.code == 0, answer.errors
    row = json.loads(out.read_text().splitlines()[0])
    units = np.array([[row[name] for name in ACTION_UNIT_COLUMNS]])
    classes = COMPOUND_SETS["c-expr-db"]
    found = [row[f"cexpr_{name}"] for name in classes]
    np.testing.assert_allclose(found, compound_posterior(units, "c-expr-db")[0], atol=1e-5)
    assert row["compound"] == classes[int(np.argmax(found))]
    column = json.loads((tmp_path / "faces.jsonl.schema.json").read_text())["columns"]
    assert column[f"cexpr_{classes[0]}"]["unit"] == "probability"


@pytest.mark.parametrize("way", [None, "score", "posterior"])
def test_a_head_that_learned_compound_expressions_gives_way_to_what_is_asked_for(
    tmp_path: Path, way: str | None
) -> None:
    heads = ("expression", "action_units", "affect", "compound")
    model = FaceModel(write_trainable_model(tmp_path / "tiny.onnx", heads))
    crops = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 1), dtype=np.uint8)
    said = model.predict(crops)
    told = CompoundExpressions(model, "du", way)
    assert told.way == (way or "head")
    found = told(said)
    assert found is not None
    assert said.expression is not None
    assert said.action_units is not None
    assert said.affect is not None
    expected = {
        None: said.compound,
        "score": compound_scores(said.expression, said.action_units, said.affect[:, 0]),
        "posterior": compound_posterior(said.action_units),
    }[way]
    assert expected is not None
    np.testing.assert_allclose([list(one.values()) for one in found], expected)
    assert not np.allclose(expected, 1 / 15)


def test_a_model_of_action_units_alone_is_told_of_bayes_rule(tmp_path: Path) -> None:
    model = FaceModel(write_trainable_model(tmp_path / "tiny.onnx", ("action_units",)))
    with pytest.raises(FaceBehaviorError, match=r"lacks expression, affect.*--compound-by"):
        CompoundExpressions(model, "du", None)
    assert CompoundExpressions(model, "du", "posterior").names == COMPOUND_SETS["du"]


def test_classes_that_a_model_cannot_tell_apart_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    untrained = tuple(name for name in ACTION_UNIT_COLUMNS if name not in ("au04", "au25"))
    path = write_trainable_model(tmp_path / "tiny.onnx", ("action_units",), untrained=untrained)
    with caplog.at_level("WARNING"):
        CompoundExpressions(FaceModel(path), "c-expr-db", "posterior")
    pairs = indistinct_classes("c-expr-db", (4, 25))
    assert pairs
    said = [one.message for one in caplog.records if "action unit that tells" in one.message]
    assert len(said) == len(pairs)
    assert all(
        one in line and other in line for line, (one, other) in zip(said, pairs, strict=True)
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--compound-by", "posterior"), "give --compound with it"),
        (("--compound", "--compound-by", "guess"), "by score or posterior, found 'guess'"),
    ],
)
def test_a_way_without_a_set_and_an_unknown_one_are_refused(
    facebehavior: Command, astronaut: Path, words: tuple[str, ...], said: str
) -> None:
    answer = facebehavior("analyze", astronaut, *words)
    assert answer.code == 2
    assert said in answer.errors
    assert answer.errors.count("\n") == 1
