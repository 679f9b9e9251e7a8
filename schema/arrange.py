"""Puts a shape in order for readers: what variants share once, and keys as the example has them."""

from collections.abc import Mapping, Sequence

from schema.example import Comment, Path
from schema.traced import Shape

ANY = "*"


def arrange(shape: Shape, comments: Mapping[Path, Comment], path: Path = ()) -> None:
    """Orders a shape in place, whose keys stand below `path`."""
    _share(shape)
    order = list(comments)
    for each in (shape, *shape.variants.values()):
        each.keys = dict(
            sorted(each.keys.items(), key=lambda item: _place((*path, item[0]), order))
        )
        for key, below in each.keys.items():
            arrange(below, comments, (*path, key))
    if shape.each is not None:
        arrange(shape.each, comments, path if shape.facts["type"] == "array" else (*path, ANY))


def matches(wanted: Path, path: Path) -> bool:
    """Whether a path is the wanted one, in which * stands for a key of a user's choice."""
    return len(wanted) == len(path) and all(
        one in (ANY, other) for one, other in zip(wanted, path, strict=True)
    )


def _share(shape: Shape) -> None:
    """Moves to the mapping itself what all of several variants have."""
    if len(shape.variants) < 2:
        return
    first, *others = shape.variants.values()
    for key, below in list(first.keys.items()):
        if all(other.keys.get(key) == below for other in others):
            required = [key in (variant.required or ()) for variant in shape.variants.values()]
            if all(required):
                shape.required = {*(shape.required or ()), key}
            for variant in shape.variants.values():
                shape.keys[key] = variant.keys.pop(key)


def _place(path: Path, order: Sequence[Path]) -> int:
    return next((place for place, known in enumerate(order) if matches(path, known)), len(order))
