"""Tiny trees of files in the layouts in which the databases are released."""

from collections.abc import Callable, Mapping

from tests.databases.trees import (
    afew_va,
    aff_wild,
    aff_wild2,
    aff_wild2_mtl,
    affectnet,
    bp4d,
    bp4d_plus,
    c_expr_db,
    celeba,
    cfee,
    disfa,
    disfa_plus,
    emotionet,
    expw,
    fer2013,
    ferplus,
    lfw,
    raf_au,
    raf_ce,
    raf_db,
)

TREES: Mapping[str, Callable[..., None]] = {
    "afew-va": afew_va.write_tree,
    "aff-wild": aff_wild.write_tree,
    "aff-wild2": aff_wild2.write_tree,
    "aff-wild2-mtl": aff_wild2_mtl.write_tree,
    "affectnet": affectnet.write_tree,
    "bp4d": bp4d.write_tree,
    "bp4d-plus": bp4d_plus.write_tree,
    "c-expr-db": c_expr_db.write_tree,
    "celeba": celeba.write_tree,
    "cfee": cfee.write_tree,
    "disfa": disfa.write_tree,
    "disfa-plus": disfa_plus.write_tree,
    "emotionet": emotionet.write_tree,
    "expw": expw.write_tree,
    "fer2013": fer2013.write_tree,
    "ferplus": ferplus.write_tree,
    "lfw": lfw.write_tree,
    "raf-au": raf_au.write_tree,
    "raf-ce": raf_ce.write_tree,
    "raf-db": raf_db.write_tree,
    "raf-db-compound": raf_db.write_compound_tree,
}
"""What writes the tree of each registered database: called with its root, and optionally how many
pictures it shall have of each kind."""
