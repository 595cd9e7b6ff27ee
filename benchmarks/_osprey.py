"""Osprey as a thing to compare with: its rules compiled and run in this process, its results in our words.

Osprey's ``osprey_worker/src`` and ``osprey_rpc/src`` must be on PYTHONPATH, with the packages its engine needs
(gevent, result, jsonpath-rw, pydantic 1, ddtrace, mmh3, anyascii, tld, phone-iso3166, rapidfuzz, ...). What only its
cloud stores need, and its engine merely imports, is replaced by empty modules. Nothing of Osprey is kept here.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import MagicMock

_STORES = (
    "tink",
    "google.cloud",
    "google.api_core",
    "google.auth",
    "google.oauth2",
    "pydruid",
    "minio",
    "kafka",
    "psycogreen",
)


class _Empty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Empty modules in place of the clients of cloud stores."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if any(name == store or name.startswith(store + ".") for store in _STORES):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        module = MagicMock(name=spec.name)
        module.__path__ = []
        module.__spec__ = spec
        return module

    def exec_module(self, module: Any) -> None:
        return None


sys.meta_path.insert(0, _Empty())
logging.disable(logging.CRITICAL)


class OspreyRefusedError(Exception):
    """Osprey does not accept the rules; the message is its own."""


class Osprey:
    """One rule set in Osprey."""

    def __init__(
        self, sources: Mapping[str, str], labels: Sequence[str] = (), entities: Sequence[str] = ("User",)
    ) -> None:
        from gevent.pool import Pool
        from osprey.engine.ast.sources import Sources
        from osprey.engine.ast_validator import validate_sources
        from osprey.engine.ast_validator.validation_context import ValidationFailed
        from osprey.engine.ast_validator.validator_registry import ValidatorRegistry
        from osprey.engine.executor.execution_graph import compile_execution_graph
        from osprey.engine.stdlib import get_config_registry
        from osprey.engine.udf.registry import UDFRegistry
        from osprey.worker._stdlibplugin.validator_regsiter import register_ast_validators

        config = {
            "labels": {
                label: {"valid_for": list(entities), "connotation": "neutral", "description": label} for label in labels
            }
        }
        validators = set(register_ast_validators())
        registry = ValidatorRegistry.from_validator_classes(validators | {get_config_registry().get_validator()})
        try:
            validated = validate_sources(
                Sources.from_dict({**sources, "config.yaml": json.dumps(config)}),
                UDFRegistry.with_udfs(*functions()),
                registry,
            )
        except ValidationFailed as error:
            raise OspreyRefusedError(str(error.rendered())) from None
        except Exception as error:
            raise OspreyRefusedError(f"{type(error).__name__}: {error}") from None
        self._graph = compile_execution_graph(validated)
        self._pool = Pool(1)

    def run(self, event: Mapping[str, Any], helpers: Any = None) -> dict[str, Any]:
        """One event (``action_id action_name timestamp data``): features, rules, verdicts, effects, audit, errors."""
        from osprey.engine.executor.execution_context import Action
        from osprey.engine.executor.executor import execute
        from osprey.engine.executor.udf_execution_helpers import UDFHelpers

        result = execute(self._graph, helpers or UDFHelpers(), Action.from_dict(dict(event)), self._pool)
        return _in_our_words(result)


def functions() -> list[Any]:
    """Osprey's functions: its standard library and those of its example plugin where that can be imported."""
    from osprey.worker._stdlibplugin.udf_register import register_udfs

    found = list(register_udfs())
    try:
        from udfs.ban_user import BanUser
        from udfs.text_contains import TextContains

        found += [BanUser, TextContains]
    except ImportError:
        pass
    return found


def _in_our_words(result: Any) -> dict[str, Any]:
    features = {name: value for name, value in result.extracted_features.items() if not name.startswith("__")}
    effects: list[dict[str, Any]] = []
    for kind, found in result.effects.items():
        effects.extend(_effect(kind.__name__, effect) for effect in found)
    return {
        "features": features,
        "verdicts": sorted(effect["verdict"] for effect in effects if effect["kind"] == "verdict"),
        "effects": sorted(effects, key=repr),
        "audit": sorted(
            (
                [*entry.rules_evaluated], [*entry.rules_matched], [*entry.rules_failed], len(entry.effects_emitted),
                entry.effects_failed, entry.is_degraded,
            )
            for entry in result.rule_audit_entries
        ),
        "errors": len(result.error_infos),
    }  # fmt: skip


def _effect(kind: str, effect: Any) -> dict[str, Any]:
    rules = sorted(rule.name for rule in effect.rules)
    if kind == "VerdictEffect":
        return {"kind": "verdict", "verdict": effect.verdict, "rules": rules}
    if kind == "LabelEffect":
        dependent = effect.dependent_rule
        return {
            "kind": "label",
            "entity": f"{effect.entity.type}/{effect.entity.id}",
            "label": effect.name,
            "status": effect.status.name.lower(),
            "expires": effect.expires_after.total_seconds() if effect.expires_after is not None else None,
            "delay": effect.delay_action_by.total_seconds() if effect.delay_action_by is not None else None,
            "applies": not effect.suppressed and (dependent is None or bool(dependent.value)),
            "rules": rules,
        }
    return {"kind": "ban", "entity": effect.entity, "comment": effect.comment, "rules": rules}
