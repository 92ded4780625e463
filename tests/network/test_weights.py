from pathlib import Path

import pytest
import torch
from torch import nn

from facebehavior.errors import FaceBehaviorError
from facebehavior.network.weights import copy_weights, read_weights


class Planted:
    """Would run code if the file were unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (Path("planted"),))  # type: ignore[return-value]


def test_missing_file_is_named(tmp_path: Path) -> None:
    for name in ("nothing.pth", "nothing.safetensors"):
        with pytest.raises(FaceBehaviorError, match=name):
            read_weights(tmp_path / name)


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\x80\x02rubbish" * 9])
def test_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FaceBehaviorError, match="damaged"):
        read_weights(path)


def test_code_in_a_file_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"weight": Planted()}, "weights.pth")
    with pytest.raises(FaceBehaviorError, match="more than tensors"):
        read_weights("weights.pth")
    assert not Path("planted").exists()


def test_something_else_than_named_tensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    for content in ([torch.zeros(1)], {"state_dict": {"weight": torch.zeros(1)}}):
        torch.save(content, path)
        with pytest.raises(FaceBehaviorError, match="named tensors"):
            read_weights(path)


def test_nothing_is_copied_when_something_is_wrong() -> None:
    module = nn.Linear(2, 2)
    before = module.weight.detach().clone()
    with pytest.raises(FaceBehaviorError, match="bias in file should have the shape"):
        copy_weights({"weight": torch.zeros(2, 2), "bias": torch.zeros(3)}, module, "file")
    assert torch.equal(module.weight, before)


def test_counters_of_batches_may_be_missing() -> None:
    module = nn.BatchNorm1d(2)
    weights = {name: torch.full((2,), 3.0) for name in module.state_dict() if "num" not in name}
    copy_weights(weights, module, "file")
    assert torch.equal(module.running_mean, torch.full((2,), 3.0))  # type: ignore[arg-type]
    assert module.num_batches_tracked == 0
