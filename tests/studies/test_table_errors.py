import json
from pathlib import Path

import numpy as np
import pytest
from studies.negative_transfer.plan import Job, Places, Plan
from studies.negative_transfer.running import result_path
from studies.negative_transfer.table_errors import learned_errors
from tests.training.toys import write_toy_shard

from facebehavior.labels import ACTION_UNIT_COLUMNS, EXPRESSIONS
from facebehavior.relatedness import domain_relatedness

ARM = "again_posterior_10_learned"


def test_a_learned_table_is_compared_with_the_generators(tmp_path: Path) -> None:
    plan, places = Plan.read(), Places(tmp_path / "shards", tmp_path, tmp_path / "results")
    write_toy_shard(places.shards / "action_units", ["au12"], 40)
    truth = domain_relatedness()
    rows = {name: truth.row(name) for name in EXPRESSIONS}
    (tmp_path / "action_units").mkdir()
    (tmp_path / "action_units/table.json").write_text(json.dumps(rows))
    assert learned_errors(plan, places, tmp_path) == {}
    learned = truth.values.copy()
    learned[:, ACTION_UNIT_COLUMNS.index("au04")] += 0.17 * (learned[:, 2] < 0.5)
    path = result_path(Job(ARM, "B", 0, True), places)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"learned_table": learned.tolist()}))
    before, after = learned_errors(plan, places, tmp_path)[ARM]
    assert after == pytest.approx(np.abs(learned - truth.values).mean())
    # A fifth of the base rates is mixed in, and only action unit 12 has one.
    others = 0.2 * np.delete(truth.values, ACTION_UNIT_COLUMNS.index("au12"), axis=1).sum()
    assert others / truth.values.size < before < others / truth.values.size + 0.2
