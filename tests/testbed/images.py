"""The testbed's images: what is in each and how it is called.

An image is three layers (interpreter, packages of an extra or of a dependency group, the project), of which a change
of the code remakes the last. The pause image, which holds a pod's namespaces open, is one static program of twenty
lines.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.testbed.cache import cache_directory, cached, prune
from tests.testbed.environments import APP, Extra, Group, Packages, packages_tree, project_tree
from tests.testbed.interpreter import CERTIFICATES, USER, base_tree
from tests.testbed.oci import Image, Store

PAUSE = "referee.dev/pause:dev"


@dataclass(frozen=True)
class Recipe:
    """An image of the project."""

    reference: str
    what: Packages
    """The packages in it."""
    entrypoint: tuple[str, ...]


REFEREE = Recipe("referee.dev/referee:dev", Extra("postgresql"), (f"{APP}/bin/referee-operator",))
LM_EVAL = Recipe("referee.dev/referee-lm-eval:dev", Extra("lm-eval"), (f"{APP}/bin/python", "-m", "referee_lm_eval"))
EVALUATORS = Recipe(
    "referee.dev/referee-evaluators:dev", Extra("evaluators"), (f"{APP}/bin/python", "-m", "referee_evaluators")
)
AGENT = Recipe("referee.dev/referee-agent:dev", Extra("agent"), (f"{APP}/bin/python", "-m", "referee_agent"))
EVALHUB = Recipe("referee.dev/evalhub-adapters:dev", Group("evalhub"), (f"{APP}/bin/python",))
"""For adapters made with the published SDK, which tests give it as arguments."""
RECIPES = (REFEREE, LM_EVAL, EVALUATORS, AGENT)


def build(recipe: Recipe) -> Image:
    """Make the image, from the cache what has not changed."""
    config = {
        "Entrypoint": list(recipe.entrypoint),
        "User": f"{USER}:{USER}",
        "Env": [
            f"PATH={APP}/bin:/usr/bin:/bin",
            f"SSL_CERT_FILE={CERTIFICATES}",
            "HOME=/tmp",
            "LANG=C.UTF-8",
            "PYTHONDONTWRITEBYTECODE=1",
            "PYTHONUNBUFFERED=1",
        ],
    }
    store = Store(cache_directory("images"))
    prune(cache_directory("images", "blobs"))
    prune(cache_directory("images", "layers"))
    trees = (base_tree(), packages_tree(recipe.what), project_tree())
    return store.image(recipe.reference, config, [store.layer(tree) for tree in trees])


def pause_image() -> Image:
    """The image of every pod's first container."""
    store = Store(cache_directory("images"))
    layer = store.layer({PurePosixPath("/pause"): pause_program()})
    return store.image(PAUSE, {"Entrypoint": ["/pause"], "User": f"{USER}:{USER}"}, [layer])


def pause_program() -> Path:
    """The program of the pause image; compiled when its source is new."""
    source = Path(__file__).with_name("pause.c")

    def compile_it(directory: Path) -> None:
        subprocess.run(["gcc", "-Os", "-static", "-s", "-o", directory / "pause", source], check=True)

    return cached("pause", hashlib.sha256(source.read_bytes()).hexdigest()[:16], compile_it) / "pause"
