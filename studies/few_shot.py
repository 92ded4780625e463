"""Few-shot: a compound head from k pictures of each class, on networks that know more or less.

Starts, named beforehand: the network coupled by posterior co-annotation, the uncoupled one, that of
expressions alone (all of the study of negative transfer, world B; seed s for seed s), and none. The
new head alone is trained (`heads`), the last block with it, or everything. Two tests:

- `own domain`: cross-validated by people on the compound faces of `test`, a domain that no network
  has seen: k pictures of each class from the people of the other folds, tested on the people of
  one. The seed draws the pictures.
- `other domain`: k pictures of each class of `few_shot`, tested on all compound faces of `test`.

    python -m studies.few_shot DATABASES --work WORK
    python -m studies.few_shot --page

DATABASES is what `facebehavior synthesize synthetic_study` has made, WORK the folder of the study
of negative transfer or a new one; networks that are not there are trained. Results come one JSON a
run; what is there is not done again. `--page` writes the page from the results alone.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facebehavior.databases import Shards
from facebehavior.labels import COMPOUND_EXPRESSIONS, COMPOUND_TASK, label_arrays
from facebehavior.training import export_run
from facebehavior.training.batches import Pictures
from facebehavior.training.configuration import Configuration, checked_configuration
from facebehavior.training.run import run_data
from facebehavior.training.validation import answers
from studies.asking import asked
from studies.behaviour_networks import run_folder, train_missing
from studies.contrasts import as_they_are, collected, differences, keep_draws
from studies.few_shot_page import write_page
from studies.preparing import prepare_databases
from studies.resampling import drawn_weights, person_numbers, weighted_uar
from studies.runs import Job, do_all, means, read_all, write_json
from studies.small_networks import SMALL_FACES, trained_network

RESULTS = Path("docs/results")
NAME = "few_shot"
STARTS: Mapping[str, str | None] = {
    "coupled": "posterior",
    "uncoupled": "uncoupled",
    "expressions alone": "expression",
    "from scratch": None,
}
TRAINED: Mapping[str, str] = {"head alone": "heads", "last block": "last_block", "all": "all"}
SHOTS = (1, 5, 10, 50)
SEEDS = range(3)
FOLDS = 3
"""Two thirds of the people leave 50 pictures of each class to draw from."""
STEPS, BATCH = 200, 30
_CLASSES = len(COMPOUND_EXPRESSIONS)


OWN_DOMAIN = (
    ("coupled", "head alone"),
    ("coupled", "last block"),
    ("coupled", "all"),
    ("expressions alone", "head alone"),
    ("from scratch", "all"),
)
OTHER_DOMAIN = (
    *((s, t) for s, t in product(STARTS, ("head alone", "all")) if s != "from scratch"),
    ("from scratch", "all"),
)
PROTOCOLS: Mapping[str, tuple[Sequence[tuple[str, str]], Sequence[int]]] = {
    "own domain": (OWN_DOMAIN, SHOTS),
    "other domain": (OTHER_DOMAIN, SHOTS),
}
"""Of each test: what is started from and trained, and k."""


def arm(protocol: str, start: str, trained: str, shots: int) -> str:
    """Name what tells an arm from the others."""
    return f"{protocol}: {start}, {trained}, k = {shots}"


HEADS = {start: f"{start}, head alone" for start in STARTS}
CONTRASTS = {
    "single task, own domain": ("own domain", (HEADS["coupled"], HEADS["expressions alone"])),
    "scratch, own domain": ("own domain", (HEADS["coupled"], "from scratch, all")),
    "last block, own domain": ("own domain", ("coupled, last block", HEADS["coupled"])),
    "all, own domain": ("own domain", ("coupled, all", HEADS["coupled"])),
    "coupling": ("other domain", (HEADS["coupled"], HEADS["uncoupled"])),
    "single task": ("other domain", (HEADS["coupled"], HEADS["expressions alone"])),
    "scratch": ("other domain", (HEADS["coupled"], "from scratch, all")),
    "all": ("other domain", ("coupled, all", HEADS["coupled"])),
}
"""What is compared for each k, and where; one family of p-values each."""


def jobs() -> list[Job]:
    """List all runs, seed by seed."""
    return [
        Job(
            f"{protocol}-{start}-{trained}-k{shots}-seed{seed}".replace(" ", "_"),
            {
                "arm": arm(protocol, start, trained, shots),
                "seed": seed,
                "protocol": protocol,
                "start": start,
                "trained": trained,
                "shots": shots,
            },
        )
        for protocol, (arms, numbers) in PROTOCOLS.items()
        for seed in SEEDS
        for shots in numbers
        for start, trained in arms
    ]


def work_on(job: Job, work: Path) -> dict[str, Any]:
    """Train a head, or one for each fold, and test it."""
    said = np.full(len(Shards(work / "shards" / "test").manifest), -1)
    model = _exported(job, work)
    for fold in range(FOLDS if job.settings["protocol"] == "own domain" else 1):
        configuration = configuration_of(job, work, model, fold)
        network = trained_network(configuration)
        for tested in run_data(configuration).held_out or [_compound_faces(work)]:
            found = answers(network, [tested])
            assert found is not None
            said[tested.rows] = found.logits["compound"].argmax(axis=1)
    drawn = _uar(said, work)
    keep_draws(RESULTS / NAME / f"{job.name}.npz", {"uar": drawn})
    return {**job.settings, "figures": as_they_are({"uar": drawn}, ["uar"])}


def _exported(job: Job, work: Path) -> Path | None:
    """Give the model file that a run starts from; None where it starts from a seed."""
    start, seed = STARTS[job.settings["start"]], job.settings["seed"]
    if start is None:
        return None
    path = work / "starts" / f"{start}-seed{seed}.onnx"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        export_run(run_folder(work, start, seed), path)
    return path


def configuration_of(job: Job, work: Path, model: Path | None, fold: int) -> Configuration:
    """Give the training configuration of a run.

    Args:
        job: of `jobs`.
        work: with `shards`.
        model: the file to start from; None starts from a seed.
        fold: whose people are tested in the own domain.
    """
    shots, trained = job.settings["shots"], TRAINED[job.settings["trained"]]
    own = job.settings["protocol"] == "own domain"
    source: dict[str, Any] = {
        "shards": str(work / "shards" / ("test" if own else "few_shot")),
        "split": "test" if own else "train",
        "few_shot": {"per_class": shots},
    }
    if own:
        source["fold"] = {"number": fold, "of": FOLDS}
    batch = min(BATCH, _CLASSES * shots)
    content: dict[str, Any] = {
        "name": job.name,
        "seed": job.settings["seed"],
        "label_sets": [{"name": "few", "sources": [source]}],
        "start_from": None if model is None else str(model),
        "network": {"heads": ["compound"]},
        "optimisation": {
            "epochs": STEPS / (_CLASSES * shots // batch),
            "batch_size": batch,
            "learning_rate": 0.004 if trained == "heads" or model is None else 0.002,
            "averaging": 0.97,
            "trained": trained,
        },
        **SMALL_FACES,
    }
    if model is None:
        content["network"] |= {"backbone": "small", "width": 16, "normalisation": "group"}
    return checked_configuration(content, job.name)


def _compound_faces(work: Path) -> Pictures:
    shards = Shards(work / "shards" / "test")
    labels = label_arrays(shards.manifest, [COMPOUND_TASK])
    rows = np.flatnonzero(labels.further["compound"].annotated)
    return Pictures(shards, rows, labels[rows])


def _uar(said: NDArray[np.int64], work: Path) -> NDArray[np.floating[Any]]:
    """Give the UAR of all compound faces under draws of their people."""
    tested = _compound_faces(work)
    subjects = np.array(tested.shards.manifest.column("subject").to_pylist())[tested.rows]
    truth = tested.labels.further["compound"].values.astype(np.int64)
    return weighted_uar(truth, said[tested.rows], drawn_weights(person_numbers(subjects)))


def main() -> None:
    """Do the runs, and write the page."""
    given = asked(__doc__)
    if not given.page:
        starts = [name for name in STARTS.values() if name is not None]
        train_missing(starts, SEEDS, given.databases, given.work, given.processes)
        prepare_databases({"few_shot": given.databases / "few_shot"}, given.work / "shards")
        work = partial(work_on, work=given.work)
        found = do_all(jobs(), work, RESULTS / NAME, given.processes)
        write_json(summary_of(found), RESULTS / f"{NAME}.json")
    summary = json.loads((RESULTS / f"{NAME}.json").read_text())
    write_page(read_all(jobs(), RESULTS / NAME), summary, RESULTS)


def summary_of(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give means and contrasts."""
    names = dict.fromkeys(str(one["arm"]) for one in found.values())
    families = {
        family: [
            (f"{protocol}: {better}, k = {shots}", f"{protocol}: {worse}, k = {shots}")
            for shots in PROTOCOLS[protocol][1]
        ]
        for family, (protocol, (better, worse)) in CONTRASTS.items()
    }
    contrasts = differences(families, ["uar"], collected(found, RESULTS / NAME))
    return {"means": means(found, names, ["uar"]), "contrasts": [vars(one) for one in contrasts]}


if __name__ == "__main__":
    main()
