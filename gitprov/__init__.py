"""Where each line of AI-written code came from, kept inside git."""

__version__ = "0.1.0"

_NAMES = {
    "Tolerance": "gitprov.behaviour.difference",
    "case": "gitprov.testing.cases",
    "cases": "gitprov.testing.cases",
    "command": "gitprov.testing.cases",
    "equivalent": "gitprov.testing.equivalence.equivalent",
    "generates": "gitprov.sdk.generations",
    "generation": "gitprov.sdk.generations",
    "langchain_handler": "gitprov.sdk.langchain",
    "litellm_logger": "gitprov.sdk.litellm",
    "prompt": "gitprov.sdk.templates",
    "record": "gitprov.sdk.generations",
    "register": "gitprov.behaviour.adapters",
    "watch_langchain": "gitprov.sdk.langchain",
}


def __getattr__(name: str) -> object:
    """A public name, imported when it is used first: `import gitprov` itself costs a hook nothing."""
    if name not in _NAMES:
        raise AttributeError(f"module 'gitprov' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_NAMES[name]), name)
