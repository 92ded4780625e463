"""Few-shot: a compound head from k pictures of each class, on networks that know more or less.

Starts, named beforehand: the network coupled by posterior co-annotation, the uncoupled one, that of
expressions alone (all of the study of negative transfer, world B, seed s for draw s), and none. The
head alone is trained (`heads`), or everything (`all`). Pictures come from `few_shot`, a domain in
which the networks' expression pictures were; the test is on the compound faces of `test`, in a new
domain.

    python -m studies.few_shot WORK

WORK is the folder of that study, with `runs` and `shards`. Results come one JSON a run; what is
there is not done again.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from facebehavior.databases import Shards
from facebehavior.evaluation.metrics import confusion_matrix, unweighted_average_recall
from facebehavior.files import writing
from facebehavior.labels import COMPOUND_EXPRESSIONS, COMPOUND_TASK, label_arrays
from facebehavior.network import FaceBehaviorNet, NetworkConfiguration
from facebehavior.training import export_run, run_training
from facebehavior.training.batches import Pictures
from facebehavior.training.checkpoints import load_weights
from facebehavior.training.configuration import checked_configuration
from facebehavior.training.loop import BEST
from facebehavior.training.validation import answers
from studies.compound import RESULTS
from studies.runs import Job, do_all

STARTS: Mapping[str, tuple[str | None, str]] = {
    "coupled, head alone": ("posterior", "heads"),
    "coupled, all": ("posterior", "all"),
    "uncoupled, head alone": ("uncoupled", "heads"),
    "uncoupled, all": ("uncoupled", "all"),
    "expressions alone, head alone": ("expression", "heads"),
    "expressions alone, all": ("expression", "all"),
    "from scratch": (None, "all"),
}
SHOTS = (1, 5, 10, 50)
DRAWS = range(3)
STEPS, BATCH = 200, 30
_CLASSES = len(COMPOUND_EXPRESSIONS)


def jobs() -> list[Job]:
    """List all runs."""
    return [
        Job(
            f"{name.replace(', ', '-').replace(' ', '_')}-k{shots}-draw{draw}",
            {"start": name, "shots": shots, "draw": draw},
        )
        for name in STARTS
        for shots in SHOTS
        for draw in DRAWS
    ]


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train one head and test it."""
    start, trained = STARTS[job.settings["start"]]
    shots, draw = job.settings["shots"], job.settings["draw"]
    pictures = _CLASSES * shots
    batch = min(BATCH, pictures)
    content: dict[str, Any] = {
        "name": job.name,
        "seed": draw,
        "label_sets": [
            {
                "name": "few",
                "sources": [
                    {
                        "shards": str(work / "shards" / "few_shot"),
                        "split": "train",
                        "few_shot": {"per_class": shots},
                    }
                ],
            }
        ],
        "network": {"heads": ["compound"]},
        "optimisation": {
            "epochs": STEPS / (pictures // batch),
            "batch_size": batch,
            "learning_rate": 0.004 if trained == "heads" or start is None else 0.002,
            "averaging": 0.97,
            "trained": trained,
        },
        "augmentation": {"rotation": 6, "scale": 0.06, "shift": 0.03, "detail": 0.4, "erase": 0.0},
        "run": {"precision": "32-true", "checkpoint_every": 100000, "validate_every": 1000},
    }
    with tempfile.TemporaryDirectory() as made:
        if start is None:
            content["network"] |= {"backbone": "small", "width": 16, "normalisation": "group"}
        else:
            model = Path(made) / "start.onnx"
            export_run(work / "runs" / f"{start}-B-seed{draw}", model)
            content["start_from"] = str(model)
        folder = Path(made) / "run"
        summary = run_training(checked_configuration(content, job.name), folder)
        network = FaceBehaviorNet(NetworkConfiguration.from_dict(dict(summary.network)))
        load_weights(folder / BEST, network)
    return {**job.settings, "uar": _tested(network, work / "shards" / "test")}


def _tested(network: FaceBehaviorNet, path: Path) -> float:
    shards = Shards(path)
    labels = label_arrays(shards.manifest, [COMPOUND_TASK])
    rows = np.flatnonzero(labels.further["compound"].annotated)
    found = answers(network, [Pictures(shards, rows, labels[rows])])
    assert found is not None
    truth = found.labels.further["compound"].values.astype(np.int64)
    predicted = found.logits["compound"].argmax(axis=1)
    return unweighted_average_recall(confusion_matrix(truth, predicted, _CLASSES))


def main() -> None:
    """Do the runs, and sum them up; `python -m studies.compound` writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    results = RESULTS / "few_shot"
    found = do_all(jobs(), partial(work_on, work=arguments.work), results, arguments.processes)
    uar: dict[str, dict[str, dict[str, float]]] = {}
    for name in STARTS:
        uar[name] = {}
        for shots in SHOTS:
            values = [
                one["uar"]
                for one in found.values()
                if one["start"] == name and one["shots"] == shots
            ]
            uar[name][str(shots)] = {
                "mean": float(np.mean(values)),
                "sd": float(np.std(values, ddof=1)),
            }
    summary = {
        "uar": uar,
        "shots": SHOTS,
        "draws": len(DRAWS),
        "trained": "networks of the study of negative transfer",
        "source": "the database few_shot, portraits before a wall",
    }
    with writing(RESULTS / "few_shot.json") as path:
        path.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
