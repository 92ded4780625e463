"""An analysis that was stopped goes on where it was, to the very same files."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType

import av
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import Answer, write_trainable_model

from facebehavior.analysis import analyzer
from facebehavior.cli.main import main
from facebehavior.faces.media import read_video
from facebehavior.records import read_records
from facebehavior.records.segments import Segments

Command = Callable[..., Answer]

EVERYTHING = {
    "-o": "rows.csv",
    "--overlay": "overlays",
    "--events": "events.csv",
    "--summary": "summary.csv",
    "--report": "report.html",
    "--gallery": "people.parquet",
}
"""Every output that there is."""
OVER_TIME = ("--smooth", "savitzky-golay", "--baseline", "--min-face-px", "20")


def words_for(
    folder: Path, *sources: Path, outputs: Mapping[str, str] = MappingProxyType(EVERYTHING)
) -> list[str]:
    """The words of an analysis that writes everything into a folder."""
    named = [word for option, name in outputs.items() for word in (option, str(folder / name))]
    return ["analyze", *map(str, sources), *named, *OVER_TIME]


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def naming_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file with all that is drawn, and an embedding."""
    heads = ("expression", "action_units", "affect", "embedding")
    return write_trainable_model(tmp_path_factory.mktemp("models") / "naming.onnx", heads)


@pytest.fixture
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of videos that the package's short clips have several of."""
    monkeypatch.setattr(analyzer, "PART_FRAMES", 40)


@pytest.fixture
def stopped_after(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Run something, as by Ctrl-C after so many rows."""

    def run(rows: int, work: Callable[[], Answer]) -> Answer:
        add, seen = Segments.add, 0

        def stopping(self: Segments, batch: pa.RecordBatch) -> None:
            nonlocal seen
            seen += batch.num_rows
            if seen > rows:
                raise KeyboardInterrupt
            add(self, batch)

        with monkeypatch.context() as patched:
            patched.setattr(Segments, "add", stopping)
            return work()

    return run


@pytest.mark.usefixtures("short_parts")
def test_whatever_is_asked_for_a_stopped_analysis_goes_on_to_the_same_bytes(
    facebehavior: Command,
    stopped_after: Callable[..., Answer],
    naming_model: Path,
    clips: Path,
    tmp_path: Path,
) -> None:
    sources = [clips / "single_face.mp4", clips / "face_noface.mov"]
    whole, again = tmp_path / "whole", tmp_path / "again"
    model = ("--model", naming_model)
    assert facebehavior(*words_for(whole, *sources), *model).code == 0
    words = (*words_for(again, *sources), *model)
    # In the first part, in the second video, and once more in that.
    for rows, said in ((30, ""), (140, ""), (60, "behind frame 39 of")):
        stopped = stopped_after(rows, lambda: facebehavior(*words))
        assert stopped.code == 130
        assert said in stopped.errors
        assert not (again / "rows.csv").exists()
        kept = list((again / "rows.csv.partial").rglob("*.arrow"))
        assert sum(pa.ipc.open_file(path).read_all().num_rows for path in kept) > rows - 20
    # The people of the video that is finished are known already.
    assert pq.read_table(again / "people.parquet")["faces"].to_pylist() == [72]
    answer = facebehavior(*words)
    assert answer.code == 0
    assert "going on: 1 parts of the inputs are done" in answer.errors
    assert "going on behind frame 79 of" in answer.errors
    assert "frames: 241" in answer.errors
    assert contents(again) == contents(whole)


@pytest.mark.usefixtures("short_parts")
def test_what_is_stopped_while_outputs_are_made_need_not_be_analysed_again(
    facebehavior: Command,
    naming_model: Path,
    clips: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from facebehavior.analysis import whole as whole_analysis

    whole, again = tmp_path / "whole", tmp_path / "again"
    model = ("--model", naming_model)
    facebehavior(*words_for(whole, clips / "single_face.mp4"), *model)
    words = (*words_for(again, clips / "single_face.mp4"), *model)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(whole_analysis, "finish", stop)
        assert facebehavior(*words).code == 130
    with monkeypatch.context() as patched:
        patched.setattr(analyzer.Analyzer, "looked_at", stop)
        assert facebehavior(*words).code == 0
    assert contents(again) == contents(whole)


@pytest.mark.usefixtures("short_parts")
def test_what_is_done_is_used_though_inputs_and_outputs_are_added(
    facebehavior: Command,
    stopped_after: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    astronaut: Path,
    tmp_path: Path,
) -> None:
    again, whole = tmp_path / "again", tmp_path / "whole"
    sources = [clips / "single_face.mp4", clips / "face_noface.mov"]
    words = ("analyze", *sources, "-o", again / "rows.csv", "--model", tiny_model)
    assert stopped_after(140, lambda: facebehavior(*words)).code == 130
    more = {"-o": "rows.csv", "--overlay": "overlays", "--report": "report.html"}
    for folder in (again, whole):
        words = (*words_for(folder, astronaut, *sources, outputs=more), "--model", tiny_model)
        answer = facebehavior(*words)
        assert answer.code == 0
        assert ("going on: 1 parts of the inputs are done" in answer.errors) == (folder == again)
        assert ("going on behind frame 39 of" in answer.errors) == (folder == again)
    assert contents(again) == contents(whole)


@pytest.mark.usefixtures("short_parts")
def test_rows_of_other_options_are_kept_until_the_analysis_is_done(
    facebehavior: Command,
    stopped_after: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    tmp_path: Path,
) -> None:
    named = (clips / "single_face.mp4", "-o", tmp_path / "rows.jsonl")
    words = ("analyze", *named, "--model", tiny_model)
    assert stopped_after(60, lambda: facebehavior(*words)).code == 130
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    broken = ("analyze", tmp_path / "broken.mp4", *words[2:])
    assert facebehavior(*broken).code == 2
    other = stopped_after(20, lambda: facebehavior(*words, "--landmarks"))
    assert "rows of other inputs or options" in other.errors
    assert "going on" not in other.errors
    assert "going on behind frame 39 of" in facebehavior(*words).errors
    assert not (tmp_path / "rows.jsonl.partial").exists()


@pytest.mark.usefixtures("short_parts")
def test_rows_of_another_work_are_not_mixed_in(
    facebehavior: Command,
    stopped_after: Callable[..., Answer],
    tiny_model: Path,
    clips: Path,
    tmp_path: Path,
) -> None:
    clip, out = tmp_path / "clip.mp4", tmp_path / "rows.parquet"
    shutil.copyfile(clips / "single_face.mp4", clip)
    words = ("analyze", clip, "-o", out, "--model", tiny_model)
    assert stopped_after(60, lambda: facebehavior(*words)).code == 130
    shutil.copyfile(clips / "face_noface.mov", clip)
    answer = facebehavior(*words)
    assert answer.code == 0
    assert "going on" not in answer.errors
    assert pq.read_table(out)["frame"].to_pylist() == list(range(169))


@pytest.mark.usefixtures("short_parts")
def test_names_that_were_changed_meanwhile_are_used(
    facebehavior: Command,
    stopped_after: Callable[..., Answer],
    naming_model: Path,
    clips: Path,
    tmp_path: Path,
) -> None:
    sources = [clips / "single_face.mp4", clips / "face_noface.mov"]
    words = (*words_for(tmp_path, *sources), "--model", naming_model)
    assert stopped_after(150, lambda: facebehavior(*words)).code == 130
    people = pq.read_table(tmp_path / "people.parquet")
    names = pa.array(["Anne"] * len(people), pa.string())
    pq.write_table(people.set_column(0, "person", names), tmp_path / "people.parquet")
    assert facebehavior(*words).code == 0
    assert set(read_records(tmp_path / "rows.csv")["person"].to_pylist()) == {"Anne", None}


def test_several_files_at_the_same_time_give_the_same_files(
    facebehavior: Command,
    naming_model: Path,
    clips: Path,
    astronaut: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    sources = [astronaut, clips / "single_face.mp4", tmp_path / "broken.jpg", clips / "no_face.mp4"]
    found = []
    for workers in ("1", "2"):
        words = words_for(tmp_path / workers, *sources)
        answer = facebehavior(*words, "--model", naming_model, "--workers", workers)
        assert answer.code == 3
        assert "broken.jpg" in answer.errors
        found.append(contents(tmp_path / workers))
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def long_clip(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small video of a face, longer than a part."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    frames = [frame.image[::4, ::4] for frame in read_video(clips / "single_face.mp4")]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.height, stream.width = (side // 2 * 2 for side in frames[0].shape[:2])
        stream.pix_fmt = "yuv420p"
        for image in islice(cycle(frames), analyzer.PART_FRAMES + 100):
            cut = image[: stream.height, : stream.width].copy()
            container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, format="rgb24")))
        container.mux(stream.encode())
    return path


# Where the tests themselves run behind a shell's `&`, Ctrl-C would be ignored.
PROGRAM = """
import signal, sys
from facebehavior.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""


@contextmanager
def running(words: list[str], until: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command in a process of its own, and wait until something has happened."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *words])
    try:
        end = time.monotonic() + 120
        while not until() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.wait()


KEPT = {"-o": "rows.csv", "--gallery": "people.parquet"}


@pytest.fixture(scope="module")
def undisturbed(
    naming_model: Path, long_clip: Path, clips: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """The files of two videos, made by one process that nobody has stopped."""
    folder = tmp_path_factory.mktemp("undisturbed")
    words = words_for(folder, long_clip, clips / "no_face.mp4", outputs=KEPT)
    assert main([*words, "--model", str(naming_model)]) == 0
    return contents(folder)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_with_all_its_processes_it_goes_on_to_the_same_bytes(
    facebehavior: Command,
    naming_model: Path,
    long_clip: Path,
    clips: Path,
    undisturbed: dict[str, bytes],
    tmp_path: Path,
    how: signal.Signals,
) -> None:
    words = words_for(tmp_path, long_clip, clips / "no_face.mp4", outputs=KEPT)
    words += ["--model", str(naming_model), "--workers", "2"]
    kept_rows = tmp_path / "rows.csv.partial"
    # The second segment of a clip with one face bears the note of the first part.
    with running(words, lambda: any(kept_rows.glob("*/000001.arrow"))) as process:
        process.send_signal(how)
        assert process.wait(60) != 0
    assert not (tmp_path / "rows.csv").exists()
    time.sleep(0.5)
    (lot,) = {path.parent for path in kept_rows.glob("*/000001.arrow")}
    kept = {path: path.stat().st_mtime_ns for path in lot.iterdir()}
    time.sleep(1.0)
    # Nobody works on where the first process has been killed.
    assert kept == {path: path.stat().st_mtime_ns for path in lot.iterdir()}
    answer = facebehavior(*words)
    assert answer.code == 0
    assert f"going on behind frame {analyzer.PART_FRAMES - 1} of" in answer.errors
    assert contents(tmp_path) == undisturbed


def test_no_processes_at_all_are_refused(
    facebehavior: Command, tiny_model: Path, astronaut: Path
) -> None:
    answer = facebehavior("analyze", astronaut, "--model", tiny_model, "--workers", "0")
    assert answer.code == 2
    assert "--workers should be 1 or more" in answer.errors
