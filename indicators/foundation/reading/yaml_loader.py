"""A YAML loader that takes no key twice: YAML itself would keep the last and say nothing."""

from collections.abc import Iterator
from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"


class RepeatedKeyError(yaml.MarkedYAMLError):
    """A key stands twice in one mapping; `row` and `first_row` count from 1."""

    def __init__(self, key: yaml.Node, first: yaml.Node) -> None:
        super().__init__(problem=f"key {key.value!r} stands twice", problem_mark=key.start_mark)
        self.key = str(key.value)
        self.row = key.start_mark.line + 1
        self.first_row = first.start_mark.line + 1


class StrictLoader(yaml.CSafeLoader):
    """The safe loader, refusing repeated keys. Raises RepeatedKeyError for the first of them."""

    def get_single_data(self) -> Any:
        """The document as plain values, None where there is none."""
        node = self.get_single_node()
        if node is None:
            return None
        for first, key in _repeated_keys(node):
            raise RepeatedKeyError(key, first)
        return self.construct_document(node)


def _repeated_keys(document: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Each key that stands a second time in its mapping, after the first one of its name."""
    waiting, met = [document], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            continue
        met.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            names: dict[tuple[str, str], yaml.Node] = {}
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                    first = names.setdefault((key.tag, key.value), key)
                    if first is not key:
                        yield first, key
            waiting += [value for _, value in reversed(node.value)]
