import pyarrow as pa

from facebehavior.records import RecordOptions, record_columns

# fmt: off
COLUMNS = [
    "source", "frame", "time_s", "face", "track", "person", "detected", "confidence",
    "box_x", "box_y", "box_w", "box_h", "pose_pitch", "pose_yaw", "pose_roll",
    "face_px", "sharpness", "gaze_yaw", "gaze_pitch", "blink_left", "blink_right",
    "expr", "expr_neutral", "expr_happiness", "expr_sadness", "expr_surprise", "expr_fear",
    "expr_disgust", "expr_anger", "valence", "arousal",
    "au01", "au02", "au04", "au05", "au06", "au07", "au09", "au10", "au12", "au14", "au15", "au17",
    "au20", "au23", "au24", "au25", "au26",
    "au01_on", "au02_on", "au04_on", "au05_on", "au06_on", "au07_on", "au09_on", "au10_on",
    "au12_on", "au14_on", "au15_on", "au17_on", "au20_on", "au23_on", "au24_on", "au25_on",
    "au26_on",
]
# fmt: on


def test_the_columns_stand_in_the_order_of_the_architecture() -> None:
    assert [column.name for column in record_columns()] == COLUMNS


def test_landmarks_stand_behind_the_quality_when_asked_for() -> None:
    names = [column.name for column in record_columns(RecordOptions(landmarks=True))]
    place = COLUMNS.index("sharpness") + 1
    assert names == [*COLUMNS[:place], "landmarks", *COLUMNS[place:]]


def test_every_column_is_described() -> None:
    for column in record_columns(RecordOptions(landmarks=True)):
        assert column.meaning.endswith(".")
        is_number = not (pa.types.is_string(column.type) or pa.types.is_boolean(column.type))
        assert (column.range is not None) == is_number, column.name
        if column.range is not None and None not in column.range:
            low, high = column.range
            assert low is not None
            assert high is not None
            assert low < high


def test_types() -> None:
    types = {column.name: column.type for column in record_columns(RecordOptions(landmarks=True))}
    assert types["time_s"] == pa.float64()
    assert types["detected"] == types["au26_on"] == pa.bool_()
    assert types["frame"] == types["face"] == types["track"] == pa.int64()
    assert types["expr"] == types["person"] == types["source"] == pa.string()
    assert types["valence"] == types["box_x"] == pa.float32()
    assert types["landmarks"] == pa.list_(pa.float32())
