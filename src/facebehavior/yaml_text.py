"""YAML with every key once: of a key that is given twice YAML itself keeps the last in silence."""

from typing import Any

import yaml


def parsed_yaml(text: str) -> Any:  # noqa: ANN401 - YAML can hold anything
    """Read plain values, lists and mappings.

    Raises:
        ValueError: it is no YAML, or a key is given twice; the text is one line.
    """
    try:
        return yaml.load(text, _EachKeyOnce)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


class _EachKeyOnce(yaml.SafeLoader):
    """A safe loader that refuses a mapping with one key twice."""

    # Looked at as it is written: what `<<` brings along may be given again.
    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        # The stubs call the name of an anchor a dictionary.
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                continue
            if (key.tag, key.value) in seen:
                line = key.start_mark.line + 1
                raise yaml.YAMLError(f"the key {key.value!r} twice (line {line}); keep one of them")
            seen.add((key.tag, key.value))
        return node
