"""What a model file says about itself; it travels inside the ONNX file as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

from facebehavior.errors import FaceBehaviorError
from facebehavior.faces.alignment import CropParameters
from facebehavior.labels import (
    ACTION_UNIT_COLUMNS,
    AFFECT,
    ATTRIBUTE_COLUMNS,
    COMPOUND_EXPRESSIONS,
    EMBEDDING_TASK,
    EXPRESSIONS,
)
from facebehavior.model_file.calibration import MatchThreshold

METADATA_KEY = "facebehavior"
"""The key of the ONNX metadata under which the JSON stands."""

FORMAT_VERSION = 3
"""The newest format of the metadata that this version of the package can read. Files of format 1 do
not say which outputs are untrained; those before 3 have the match threshold in the calibration, and
do not say which data it was measured on."""

HEAD_LABELS: Mapping[str, tuple[str, ...]] = {
    "expression": EXPRESSIONS,
    "action_units": ACTION_UNIT_COLUMNS,
    "affect": AFFECT,
    "attributes": ATTRIBUTE_COLUMNS,
    "compound": tuple(COMPOUND_EXPRESSIONS),
    "embedding": EMBEDDING_TASK.labels,
}
"""Every head that is the same in all models, with the labels of its outputs in order."""

LEARNT_ONE_BY_ONE = ("action_units", "affect", "attributes")
"""The heads each of whose outputs is learnt by itself, so that some may have had no label."""

BEHAVIOUR_HEADS = ("expression", "action_units", "affect")
"""The heads of the first case study."""


@dataclass(frozen=True)
class ModelMetadata:
    """Everything that is needed to use a model rightly.

    Attributes:
        name: the model's name.
        version: the model's version.
        heads: the trained heads, each with the labels of its outputs in order.
        crop: how the faces are cut that the model reads.
        mean: per channel; the network's input is (pixel - mean) / scale, pixels 0 to 255.
        scale: per channel.
        action_unit_thresholds: the probability above which an action unit counts as active, for
            every action unit of the model; empty where it has no action unit head.
        calibration: what was fitted after training, such as `expression_temperature`; it is
            already applied inside the graph.
        training_databases: names of the databases the model was trained on.
        licence: licence of the weights.
        configuration_hash: sha256 (hex) of the training configuration.
        network: the network's configuration, to build it again for fine-tuning.
        untrained: action units, attributes, valence or arousal for which the training pictures had
            no label; they are never answered.
        verification: when two faces count as one person's, how often that is wrong and on which
            data; None where it was not measured.
        format_version: version of the set of fields that the file was written with.

    Raises:
        FaceBehaviorError: a value that no model can have.
    """

    name: str
    version: str
    heads: Mapping[str, tuple[str, ...]]
    crop: CropParameters
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    action_unit_thresholds: Mapping[str, float]
    calibration: Mapping[str, float]
    training_databases: tuple[str, ...]
    licence: str
    configuration_hash: str
    network: Mapping[str, object]
    untrained: tuple[str, ...] = ()
    verification: MatchThreshold | None = None
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        _checked_format_version(self.format_version)
        _check_heads(self.heads, self.network)
        _check_normalisation(self.mean, self.scale, self.crop)
        _check_thresholds(self.action_unit_thresholds, self.heads)
        _check_calibration(self.calibration)
        _check_untrained(self.untrained, self.heads)
        _check_verification(self.verification, self.heads)
        self._settle()

    def to_json(self) -> str:
        """Give the metadata as one line of JSON, the same for equal metadata."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["crop"] = self.crop.to_dict()
        values["verification"] = None if self.verification is None else asdict(self.verification)
        return json.dumps(values, sort_keys=True, allow_nan=False, ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> "ModelMetadata":
        """Read the metadata back; an older format's is given the newest fields.

        Raises:
            FaceBehaviorError: the text is no metadata, or of a newer format than is known.
        """
        values = _parsed(text)
        version = _checked_format_version(values.get("format_version"))
        try:
            _update(values, version)
            _check_keys(values, [field.name for field in fields(cls)])
            return cls(
                name=_text(values, "name"),
                version=_text(values, "version"),
                heads={name: tuple(labels) for name, labels in _object(values, "heads").items()},
                crop=CropParameters.from_dict(_object(values, "crop")),
                mean=_list(values, "mean"),
                scale=_list(values, "scale"),
                action_unit_thresholds=_object(values, "action_unit_thresholds"),
                calibration=_object(values, "calibration"),
                training_databases=_list(values, "training_databases"),
                licence=_text(values, "licence"),
                configuration_hash=_text(values, "configuration_hash"),
                network=_object(values, "network"),
                untrained=_list(values, "untrained"),
                verification=_verification(values["verification"]),
                format_version=version,
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise FaceBehaviorError(
                f"the model's metadata holds a value of the wrong kind ({error}); export it again"
            ) from error

    def _settle(self) -> None:
        """Bring every value to the form that it has after reading it from JSON."""
        heads = {name: HEAD_LABELS[name] for name in HEAD_LABELS if name in self.heads}
        heads |= {name: tuple(labels) for name, labels in self.heads.items() if name not in heads}
        settled: Mapping[str, object] = {
            "heads": heads,
            "mean": tuple(map(float, self.mean)),
            "scale": tuple(map(float, self.scale)),
            "action_unit_thresholds": _floats(self.action_unit_thresholds),
            "calibration": _floats(self.calibration),
            "training_databases": tuple(map(str, self.training_databases)),
            "network": _as_json(self.network),
            "untrained": tuple(map(str, self.untrained)),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)


def _parsed(text: str) -> dict[str, object]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise FaceBehaviorError(
            f"expected the model's metadata as JSON, found something else ({error}); export the "
            "model again"
        ) from error
    if not isinstance(values, dict):
        raise FaceBehaviorError(
            "expected the model's metadata as a JSON object, found "
            f"{type(values).__name__}; export the model again"
        )
    return values


def _update(values: dict[str, Any], version: int) -> None:
    """Bring the fields of an older format to those of the newest, in place."""
    if version == 1:
        values.setdefault("untrained", [])
    if version < 3:
        values.setdefault("verification", None)
        calibration = values.get("calibration")
        if isinstance(calibration, dict) and "match_pairs" in calibration:
            names = [name for name in calibration if name.startswith("match_")]
            found = {name.removeprefix("match_"): calibration.pop(name) for name in names}
            # That mapping held nothing but floats.
            values["verification"] = found | {"pairs": int(found["pairs"])}


def _verification(value: object) -> MatchThreshold | None:
    if not (value is None or isinstance(value, dict)):
        raise TypeError(f"verification should be an object, found {value!r}")
    return None if value is None else MatchThreshold(**value)


def _text(values: Mapping[str, object], name: str) -> str:
    value = values[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} should be a text, found {value!r}")
    return value


def _object(values: Mapping[str, object], name: str) -> dict[str, Any]:
    value = values[name]
    if not isinstance(value, dict):
        raise TypeError(f"{name} should be an object, found {value!r}")
    return value


def _list(values: Mapping[str, object], name: str) -> tuple[Any, ...]:
    value = values[name]
    if not isinstance(value, list):
        raise TypeError(f"{name} should be a list, found {value!r}")
    return tuple(value)


def _check_keys(values: Mapping[str, object], known: list[str]) -> None:
    missing = [name for name in known if name not in values]
    if missing:
        raise FaceBehaviorError(
            f"the model's metadata lacks {', '.join(missing)}; export the model again"
        )
    for name in values:
        if name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise FaceBehaviorError(
                f"the model's metadata has no field {name!r}, the nearest known is {nearest!r}; "
                "export the model again"
            )


def _checked_format_version(version: object) -> int:
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise FaceBehaviorError(
            f"the model's format_version should be a whole number from 1, found {version!r}; "
            "export the model again"
        )
    if version > FORMAT_VERSION:
        raise FaceBehaviorError(
            f"the model's format_version is {version}, this facebehavior reads up to "
            f"{FORMAT_VERSION}; install a newer facebehavior"
        )
    return version


def _check_heads(heads: Mapping[str, tuple[str, ...]], network: Mapping[str, object]) -> None:
    if not heads:
        raise FaceBehaviorError(
            f"a model needs at least one head of {', '.join(HEAD_LABELS)}, found none"
        )
    own = network.get("own_heads", {})
    for name, labels in heads.items():
        if isinstance(own, Mapping) and name in own:
            continue
        if name not in HEAD_LABELS:
            raise FaceBehaviorError(
                f"a model's heads are among {', '.join(HEAD_LABELS)} or the own_heads of its "
                f"network, found {name!r}"
            )
        if tuple(labels) != HEAD_LABELS[name]:
            raise FaceBehaviorError(
                f"the head {name!r} should give {', '.join(HEAD_LABELS[name])} in this order, "
                f"found {', '.join(map(str, labels)) or 'none'}; put the outputs in order"
            )


def _check_normalisation(
    mean: tuple[float, ...], scale: tuple[float, ...], crop: CropParameters
) -> None:
    for name, values in (("mean", mean), ("scale", scale)):
        if len(values) != crop.channels:
            raise FaceBehaviorError(
                f"the {name} should have {crop.channels} values, one for each channel of a "
                f"{crop.colour} crop, found {len(values)}"
            )
        if not all(math.isfinite(value) for value in values):
            raise FaceBehaviorError(f"the {name} should be finite, found {list(values)}")
    if not all(value > 0 for value in scale):
        raise FaceBehaviorError(f"the scale should be greater than 0, found {list(scale)}")


def _check_thresholds(
    thresholds: Mapping[str, float], heads: Mapping[str, tuple[str, ...]]
) -> None:
    expected = heads.get("action_units", ())
    unknown = [name for name in thresholds if name not in expected]
    if unknown:
        raise FaceBehaviorError(
            "action_unit_thresholds should name only the model's action units, found "
            f"{unknown[0]!r}; leave it out"
        )
    missing = [name for name in expected if name not in thresholds]
    if missing:
        raise FaceBehaviorError(
            f"action_unit_thresholds lacks {', '.join(missing)}; give 0.5 where none was fitted"
        )
    for name, value in thresholds.items():
        if not 0.0 <= value <= 1.0:
            raise FaceBehaviorError(
                f"the threshold of {name} should lie from 0 to 1, found {value:g}"
            )


def _check_calibration(calibration: Mapping[str, float]) -> None:
    for name, value in calibration.items():
        if not math.isfinite(value):
            raise FaceBehaviorError(f"the calibration {name!r} should be finite, found {value}")


def _check_untrained(untrained: tuple[str, ...], heads: Mapping[str, tuple[str, ...]]) -> None:
    known = [label for name in LEARNT_ONE_BY_ONE for label in heads.get(name, ())]
    for name in untrained:
        if name not in known:
            raise FaceBehaviorError(
                "untrained should name only the model's action units, attributes, valence or "
                f"arousal, found {name!r}; leave it out"
            )


def _check_verification(
    verification: MatchThreshold | None, heads: Mapping[str, tuple[str, ...]]
) -> None:
    if verification is not None and "embedding" not in heads:
        raise FaceBehaviorError(
            "verification goes with the head 'embedding', which the model lacks; leave it out"
        )


def _floats(values: Mapping[str, float]) -> dict[str, float]:
    return {name: float(values[name]) for name in sorted(values)}


def _as_json(values: Mapping[str, object]) -> dict[str, object]:
    try:
        copied: dict[str, object] = json.loads(json.dumps(dict(values), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise FaceBehaviorError(
            f"the network's configuration should hold only what JSON can hold ({error})"
        ) from error
    return copied
