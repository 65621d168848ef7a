"""The model of each run on disk: weights as readable JSON, the frequencies of names and numbers sealed beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from datong.config import Settings
from datong.errors import NotFound
from datong.privacy import Vault

__all__ = ["keep_model", "kept_model", "model_name"]


def model_name(run: int) -> str:
    """Return the name of the model of a run, as evidence carries it."""
    return f"linker-{run}"


def keep_model(settings: Settings, vault: Vault, run: int, model: Any) -> str:
    """Write the model of a run into the data directory and return its name.

    How often each value occurs holds personal values, so it is sealed.
    """
    from datong.identity.linker import write_model

    path = _path(settings, run)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".sealed").write_bytes(vault.seal(msgspec.json.encode(model.frequencies).decode()))
    write_model(msgspec.structs.replace(model, frequencies={}), path)
    return model_name(run)


def kept_model(settings: Settings, vault: Vault, run: int) -> Any:
    """Return the model of a run; raises NotFound when its file is gone."""
    from datong.identity.linker import read_model

    path = _path(settings, run)
    if not path.exists():
        raise NotFound(f"the model of linking run {run} is not there", hint="start a linking run", field="run")
    frequencies = msgspec.json.decode(vault.unseal(path.with_suffix(".sealed").read_bytes()),
                                      type=dict[str, dict[str, float]])
    return msgspec.structs.replace(read_model(path), frequencies=frequencies)


def _path(settings: Settings, run: int) -> Path:
    return settings.data / "models" / f"{model_name(run)}.json"
