"""Testing one network of the table on every database that is there."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases import Shards
from facebehavior.errors import FaceBehaviorError
from facebehavior.evaluation import Evaluation, evaluate, find_protocol
from facebehavior.evaluation.report import json_report
from facebehavior.files import writing
from facebehavior.labels import IDENTITY, identity_task, label_arrays
from facebehavior.model_file import FaceModel
from facebehavior.training.batches import Pictures
from facebehavior.training.best import best_network
from facebehavior.training.run import SUMMARY, read_run_configuration, run_data
from facebehavior.training.validation import answers
from studies.paper.plan import IDENTIFICATION, Network
from studies.paper.training import Places

_log = logging.getLogger(__name__)

_AT_ONCE = 2048


def tested(
    network: Network, path: Path, tests: Mapping[str, Sequence[str]], places: Places
) -> dict[tuple[str, str], float | None]:
    """Test a network by every protocol whose database is there.

    Args:
        network: which.
        path: its model file.
        tests: protocols of each database.
        places: where things are.

    Returns:
        The figure by database and protocol; None where the network has no such head, or the
        database no such label. A database whose people of the network's fold were left out is
        tested on them alone, and not at all where it has none of them.
    """
    model = FaceModel(path, runtime="onnxruntime", threads=2)
    found: dict[tuple[str, str], float | None] = {}
    for database, protocols in tests.items():
        if not (places.shards / database).is_dir() or not network.tested_folds.get(database, True):
            continue
        fold = network.fold if database in network.tested_folds else None
        for protocol in protocols:
            file = places.results / "tests" / network.variant / database / f"{protocol}.json"
            content = _kept(file, model)
            if content is None:
                content = _tested(network, model, protocol, database, fold, places)
                with writing(file) as unfinished:
                    unfinished.write_text(json.dumps(content, indent=1) + "\n")
            found[database, protocol] = value = content["value"]
            reason = content.get("reason", "it is undefined")
            told = f"no figure: {reason}" if value is None else f"{value:.3f}"
            _log.info("%s: %s by %s: %s", network.title, database, protocol, told)
    return found


def _kept(file: Path, model: FaceModel) -> dict[str, Any] | None:
    """Give what was found before, if it was found with this very model."""
    content = json.loads(file.read_text()) if file.is_file() else {}
    return content if content.get("model_sha256") == model.sha256 else None


def _tested(
    network: Network,
    model: FaceModel,
    protocol: str,
    database: str,
    fold: int | None,
    places: Places,
) -> dict[str, Any]:
    content: dict[str, Any] = {"model_sha256": model.sha256, "value": None}
    shards = Shards(places.shards / database)
    try:
        if protocol == IDENTIFICATION:
            return content | identified(places.run(network.variant), shards)
        chosen = find_protocol(protocol)
        by_fold = fold if chosen.folds is not None else None
        evaluation = evaluate(model, shards, chosen, fold=by_fold)
    except FaceBehaviorError as error:
        return content | {"reason": str(error)}
    report = json.loads(json_report(evaluation))
    return content | {"value": _main_figure(evaluation), "report": report}


def _main_figure(evaluation: Evaluation) -> float | None:
    """Give what papers print: the protocol's single score, or its first main figure."""
    if evaluation.protocol.composite is not None:
        figure = evaluation.composite()
    else:
        figure = next((one.value for one in evaluation.main_figures().values()), None)
    return None if figure is None or np.isnan(figure) else figure


def identified(run: Path, shards: Shards) -> dict[str, Any]:
    """Give the share of the test pictures whose most probable person is the right one.

    People that the network has not learned are left out, and counted.

    Args:
        run: folder of the training run.
        shards: with a split `test` of pictures of the people that were trained on.

    Raises:
        FaceBehaviorError: the run does not learn identity, or there is no such picture.
    """
    tasks = {task.name: task for task in run_data(read_run_configuration(run)).tasks}
    if IDENTITY not in tasks:
        raise FaceBehaviorError("the network does not tell people apart")
    task = identity_task(tasks[IDENTITY].labels)
    network = best_network(run, json.loads((run / SUMMARY).read_text())["network"])
    labels = label_arrays(shards.manifest, [task])
    tested = np.array([one == "test" for one in shards.manifest.column("split").to_pylist()])
    rows = np.flatnonzero(tested & labels.further[IDENTITY].annotated)
    if not len(rows):
        raise FaceBehaviorError(f"{shards.path}: no test picture is of a person that was learned")
    right = 0
    # As many columns as people: all rows at once would not fit into memory.
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        found = answers(network, [Pictures(shards, some, labels[some])])
        assert found is not None
        said = found.logits[IDENTITY].argmax(axis=1)
        right += int((said == found.labels.further[IDENTITY].values).sum())
    others = int(tested.sum()) - len(rows)
    return {
        "value": right / len(rows),
        "images": len(rows),
        "people": len(task.labels),
        "of people that were not learned": others,
    }
