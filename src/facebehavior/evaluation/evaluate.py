"""Running a model over labelled crops and judging it by a protocol."""

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from facebehavior.compound import check_compound_way, find_compound_set
from facebehavior.databases import Pair
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation.answers import answerable, compound_answers, scored_tasks, told_by
from facebehavior.evaluation.audit import Audit, audit
from facebehavior.evaluation.figures import Scored
from facebehavior.evaluation.identity import judge_identity
from facebehavior.evaluation.intensities import active_from
from facebehavior.evaluation.judging import (
    judge_action_units,
    judge_affect,
    judge_expression,
)
from facebehavior.evaluation.labelled_crops import LabelledCrops, crops_in_parts
from facebehavior.evaluation.listed_pairs import ListedPairs, judge_pairs, listed_pairs
from facebehavior.evaluation.other_model import OtherModel, compare
from facebehavior.evaluation.protocols import EvaluationProtocol
from facebehavior.evaluation.resampling import Groups, Resampling
from facebehavior.evaluation.results import Evaluation
from facebehavior.evaluation.selection import (
    kept_rows,
    nothing_left,
    rows_of_fold,
    rows_of_split,
    texts,
)
from facebehavior.evaluation.truth import Truth
from facebehavior.faces.alignment import CropParameters
from facebehavior.intervals import REPLICATES
from facebehavior.labels import ATTRIBUTE_COLUMNS, Manifest
from facebehavior.model_file import FaceModel, Predictions, join

_log = logging.getLogger(__name__)


def evaluate(
    model: FaceModel,
    data: LabelledCrops,
    protocol: EvaluationProtocol,
    *,
    split: str | None = None,
    fold: int | None = None,
    by: Sequence[str] = (),
    others: Sequence[OtherModel] = (),
    compound_by: str | None = None,
    pairs: Sequence[Pair] = (),
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Evaluation:
    """Judge a model on labelled crops.

    Args:
        model: the model.
        data: the crops and their labels.
        protocol: by which labels, on which split and with which main metric.
        split: another split than the protocol's.
        fold: judge the subjects of this fold of the protocol alone, from 0.
        by: columns of the manifest to audit by, such as `gender`.
        others: models, or files of predictions, to compare with.
        compound_by: how compound expressions are told, see `compound.COMPOUND_WAYS`; None for the
            model's own head, else the published score.
        pairs: of pictures that the database's release compares, for a protocol of verification.
        seed: seed of the bootstrap.
        replicates: number of draws of the bootstrap.

    Returns:
        What was found, for each task that the model, the protocol and the labels have.

    Raises:
        FaceBehaviorError: the crops are not what the model reads, the split or the fold has no
            rows, there is no such column or way, the seed is below 0, no row has a label for what
            the model answers, identities are all that could be judged and make no pair, or the
            protocol compares listed pairs and there are too few.
    """
    check_compound_way(compound_by)
    resampling = Resampling(replicates=replicates, seed=seed)
    _check_crops(model, data.crop_parameters)
    split = split or protocol.split
    manifest = data.manifest
    given = protocol.truth(manifest)
    listed = listed_pairs(manifest, pairs) if "verification" in protocol.main_metric else None
    if listed is not None:
        given = listed.narrowed(given)
    _say_if_foreign(protocol, manifest)
    truth = given.without(model.metadata.untrained)
    _check_columns(manifest, by)
    inside = rows_of_split(manifest, split) & rows_of_fold(manifest, protocol, fold)
    tasks = answerable(model.metadata, truth.compound_set, compound_by)
    kept, dropped = kept_rows(truth, inside, tasks)
    if not kept.any():
        raise FaceBehaviorError(nothing_left(protocol, model, dropped))
    rows = np.flatnonzero(kept)
    predicted, pixels_sha256 = _predict(model, data, rows)
    predictions = told_by(predicted, compound_by)
    groups = _groups(manifest, rows)
    chosen = None if listed is None else listed.among(rows)
    results = _judge(
        model, predictions, truth, rows, groups, resampling, protocol, chosen, compound_by
    )
    if all(one is None for one in results.values()):
        reasons = {**dropped, "no two people of whom one has two images": len(rows)}
        raise FaceBehaviorError(nothing_left(protocol, model, reasons))
    scored = scored_tasks(predictions, truth, rows, model.metadata.action_unit_thresholds)
    return Evaluation(
        model_name=model.metadata.name,
        model_version=model.metadata.version,
        model_sha256=model.sha256,
        model_licence=model.metadata.licence,
        training_databases=model.metadata.training_databases,
        runtime=model.runtime,
        protocol=protocol,
        split=split,
        databases=tuple(sorted(set(texts(manifest, "database")[rows]))),
        data_sha256=_data_sha256(pixels_sha256, given, rows, chosen),
        rows=int(inside.sum()),
        images=len(rows),
        dropped=dropped,
        alignment=_counts(texts(manifest, "alignment")[rows]),
        subjects=None if groups is None else len(np.unique(groups)),
        resampling=resampling,
        unanswered=tuple(
            name for name in given.annotated_outputs(rows) if name in model.metadata.untrained
        ),
        active_from=active_from(manifest, rows, given),
        fold=fold,
        compound_by=compound_by,
        audits=_audits(manifest, rows, by, scored, protocol, groups, resampling),
        comparisons=tuple(
            compare(other, data, rows, scored, protocol, groups, resampling) for other in others
        ),
        **results,
    )


def _check_crops(model: FaceModel, found: CropParameters) -> None:
    expected = model.metadata.crop
    if expected != found:
        raise FaceBehaviorError(
            f"the model {model.metadata.name} reads crops of {_described(expected)}, found crops "
            f"of {_described(found)}; prepare the database again for this model"
        )


def _described(crop: CropParameters) -> str:
    return f"{crop.size} x {crop.size} pixels, {crop.colour}, template {crop.template}"


def _predict(
    model: FaceModel, data: LabelledCrops, rows: NDArray[np.int64]
) -> tuple[Predictions, str]:
    """Predict for some rows, with a progress bar on a terminal; give also their crops' sha256."""
    digest = hashlib.sha256()
    parts = []
    with tqdm(total=len(rows), desc="evaluating", unit="face", disable=None) as bar:
        for crops in crops_in_parts(data, rows):
            digest.update(np.ascontiguousarray(crops).tobytes())
            parts.append(model.predict(crops))
            bar.update(len(crops))
    return join(parts), digest.hexdigest()


def _data_sha256(
    pixels_sha256: str, truth: Truth, rows: NDArray[np.int64], pairs: ListedPairs | None
) -> str:
    digest = hashlib.sha256(pixels_sha256.encode())
    for task, labels in truth.tasks().items():
        # What stands beside a false mask means nothing and must not count.
        known = np.where(labels.annotated, labels.values.astype(np.float64), np.nan)[rows]
        digest.update(f"{task} {known.shape}".encode() + known.tobytes())
    if pairs is not None:
        digest.update(pairs.table().tobytes())
    return digest.hexdigest()


def _groups(manifest: Manifest, rows: NDArray[np.int64]) -> Groups:
    """Number the rows' persons; a row that names none stands alone. None where no row does."""
    subjects = texts(manifest, "subject")[rows]
    if all(subject is None for subject in subjects):
        return None
    databases = texts(manifest, "database")[rows]
    numbers: dict[tuple[object, ...], int] = {}
    keys = [
        (place,) if subject is None else (database, subject)
        for place, (database, subject) in enumerate(zip(databases, subjects, strict=True))
    ]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _judge(
    model: FaceModel,
    predictions: Predictions,
    truth: Truth,
    rows: NDArray[np.int64],
    groups: Groups,
    resampling: Resampling,
    protocol: EvaluationProtocol,
    pairs: ListedPairs | None,
    compound_by: str | None,
) -> dict[str, Any]:
    """Judge every task that the model and the labels have."""
    found: dict[str, Any] = {}
    if predictions.expression is not None and truth.expression is not None:
        found["expression"] = judge_expression(
            predictions.expression,
            truth.expression[rows],
            groups,
            resampling,
            also=protocol.main_metric.get("expression"),
        )
    scores = compound_answers(predictions, truth.compound_set)
    if scores is not None and truth.compound is not None:
        found["compound"] = judge_expression(
            scores,
            truth.compound[rows],
            groups,
            resampling,
            names=find_compound_set(truth.compound_set),
            probabilities=compound_by == "posterior",
            also=protocol.main_metric.get("compound"),
        )
    if predictions.action_units is not None and truth.action_units is not None:
        found["action_units"] = judge_action_units(
            predictions.action_units,
            truth.action_units[rows],
            model.metadata.action_unit_thresholds,
            groups,
            resampling,
        )
    if predictions.attributes is not None and truth.attributes is not None:
        found["attributes"] = judge_action_units(
            predictions.attributes,
            truth.attributes[rows],
            dict.fromkeys(ATTRIBUTE_COLUMNS, 0.5),
            groups,
            resampling,
            ATTRIBUTE_COLUMNS,
        )
    if predictions.affect is not None and truth.affect is not None:
        found["affect"] = judge_affect(predictions.affect, truth.affect[rows], groups, resampling)
    if predictions.embedding is not None and pairs is not None:
        found["verification"] = judge_pairs(predictions.embedding, pairs, resampling)
    elif predictions.embedding is not None and truth.identity is not None:
        found["identity"] = judge_identity(predictions.embedding, truth.identity[rows], resampling)
    return found


def _audits(
    manifest: Manifest,
    rows: NDArray[np.int64],
    by: Sequence[str],
    scored: Sequence[Scored],
    protocol: EvaluationProtocol,
    groups: Groups,
    resampling: Resampling,
) -> tuple[Audit, ...]:
    """Take the main figure of every task apart by some columns."""
    found = tuple(
        audit(one, protocol.main_metric[one.task], name, values, groups, resampling)
        for name in by
        for values in [texts(manifest, name)[rows]]
        for one in scored
        if one.task in protocol.main_metric
    )
    if by and not found:
        _log.warning("nothing that is judged here can be told by group: --by has no effect")
    return found


def _say_if_foreign(protocol: EvaluationProtocol, manifest: Manifest) -> None:
    found = sorted({str(name) for name in manifest.column("database").unique().to_pylist()})
    if protocol.databases and not set(found) & set(protocol.databases):
        _log.warning(
            "the protocol %s is made for %s, found pictures of %s: its figures are not those of "
            "that database",
            protocol.name,
            ", ".join(protocol.databases),
            ", ".join(found),
        )


def _check_columns(manifest: Manifest, names: Sequence[str]) -> None:
    for name in names:
        if name not in manifest.table.column_names:
            known = ", ".join(n for n in manifest.table.column_names if n != "image")
            raise FaceBehaviorError(f"there is no column {name!r} to audit by; found {known}")


def _counts(names: NDArray[np.object_]) -> dict[str, int]:
    counts = Counter("unknown" if name is None else str(name) for name in names)
    return dict(sorted(counts.items()))
