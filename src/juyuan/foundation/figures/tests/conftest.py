import pytest

from juyuan.foundation.figures import registry


@pytest.fixture
def clean_registry(monkeypatch):
    """空的登记表;用后原样还回。"""
    monkeypatch.setattr(registry, "_groups", {})
    monkeypatch.setattr(registry, "_order", {})
    monkeypatch.setattr(registry, "_explainers", {})
    monkeypatch.setattr(registry, "_scope", [])
    return registry
