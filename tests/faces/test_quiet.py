import os
import sys

import pytest

from facebehavior.faces.quiet import without_native_chatter

CHATTER = (
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    b"W0000 00:00:1795431981.885089    4233 face_landmarker_graph.cc:181] Sets acceleration\n"
    b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
    b"[ WARN:0@0.096] global net_impl_backend.cpp:345 setPreferableTarget\n"
)


def test_native_log_lines_vanish_and_others_come_out(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with without_native_chatter():
        os.write(2, CHATTER + b"Warning: the disk is nearly full\n")
        sys.stderr.write("from Python\n")
        with without_native_chatter():
            os.write(2, CHATTER)
    os.write(2, b"W0000 00:00:1795431981.885089 afterwards\n")
    lines = capfd.readouterr().err.splitlines()
    assert sorted(lines)[:1] == ["W0000 00:00:1795431981.885089 afterwards"]
    assert sorted(lines)[1:] == ["Warning: the disk is nearly full", "from Python"]


def test_standard_error_is_given_back_after_an_exception(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def break_loudly() -> None:
        with without_native_chatter():
            os.write(2, CHATTER + b"before it broke\n")
            raise KeyError

    with pytest.raises(KeyError):
        break_loudly()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "before it broke\nafter\n"


def test_without_a_standard_error_the_block_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> int:
        raise OSError(9, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", refuse)
    ran = False
    with without_native_chatter():
        ran = True
    assert ran


def test_the_blocks_own_system_errors_are_not_swallowed() -> None:
    with pytest.raises(FileNotFoundError), without_native_chatter():
        raise FileNotFoundError("gone")
