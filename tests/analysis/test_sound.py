"""The sound of a video in its overlay."""

from pathlib import Path

import av
import numpy as np
import pytest

from facebehavior.analysis.sound import Sound

SECONDS, PITCH_HZ = 1.0, 500.0


def write_tone(path: Path, rate: int, **tags: str) -> Path:
    """A tone in whole numbers, which may be of any rate."""
    times = np.arange(round(SECONDS * rate)) / rate
    samples = (8000 * np.sin(2 * np.pi * PITCH_HZ * times)).astype(np.int16)
    with av.open(str(path), "w") as made:
        made.metadata.update(tags)
        stream = made.add_stream("pcm_s16le", rate=rate)
        for start in range(0, len(samples), 1024):
            part = np.ascontiguousarray(samples[None, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, start
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    return path


def carried_over(source: str, path: Path) -> tuple[int, np.ndarray]:
    """Give rate and samples of the sound that an overlay of a source has."""
    with av.open(str(path), "w") as made:
        sound = Sound.of(source, made)
        assert sound is not None
        sound.copy()
    with av.open(str(path)) as opened:
        rate = opened.streams.audio[0].rate
        return rate, np.concatenate([one.to_ndarray()[0] for one in opened.decode(audio=0)])


@pytest.mark.parametrize(
    ("rate", "written"),
    [(44_100, 44_100), (192_000, 96_000), (176_400, 96_000), (22_255, 22_050), (6_000, 7_350)],
)
def test_sound_of_any_rate_is_carried_over_at_the_nearest(
    tmp_path: Path, rate: int, written: int
) -> None:
    found, samples = carried_over(str(write_tone(tmp_path / "clip.mkv", rate)), tmp_path / "o.mp4")
    assert found == written
    assert len(samples) / found == pytest.approx(SECONDS, abs=4096 / found)
    middle = samples[len(samples) // 4 : 3 * len(samples) // 4]
    strongest = np.abs(np.fft.rfft(middle)).argmax() * found / len(middle)
    assert strongest == pytest.approx(PITCH_HZ, abs=5)


def test_a_file_is_a_file_whatever_its_name_looks_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tone(tmp_path / "clip.mkv", 8000).rename(tmp_path / "12:30.mkv")
    monkeypatch.chdir(tmp_path)
    _, samples = carried_over("12:30.mkv", tmp_path / "out.mp4")
    assert len(samples)


def test_what_a_file_says_of_itself_in_another_coding_does_no_harm(tmp_path: Path) -> None:
    path = write_tone(tmp_path / "clip.mkv", 8000, title="Cafe")
    path.write_bytes(path.read_bytes().replace(b"Cafe", b"Caf\xe9"))
    _, samples = carried_over(str(path), tmp_path / "out.mp4")
    assert len(samples)
