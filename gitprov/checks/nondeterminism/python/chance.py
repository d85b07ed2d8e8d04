"""Rules about chance: generators without a seed, seeds that differ in each run, identifiers, hashes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gitprov.checks.nondeterminism.hazard import LOW, Uncertainty
from gitprov.checks.nondeterminism.python import purposes
from gitprov.checks.nondeterminism.python.loops import SEQUENCE
from gitprov.checks.nondeterminism.python.model import (
    CodeModel,
    end,
    first_operand,
    keyword,
    method,
    parameters,
    terminal,
)
from gitprov.checks.nondeterminism.python.order import OrderFlow
from gitprov.checks.nondeterminism.python.seams import contains, is_factory, is_replaceable, labels

_RANDOM = frozenset(
    {"random", "randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "triangular",
     "gauss", "normalvariate", "getrandbits", "randbytes", "betavariate", "expovariate", "gammavariate",
     "lognormvariate", "vonmisesvariate", "paretovariate", "weibullvariate", "binomialvariate"}
)  # fmt: skip
_NUMPY_HARMLESS = frozenset(
    {"default_rng", "RandomState", "Generator", "SeedSequence", "PCG64", "MT19937", "Philox", "SFC64",
     "BitGenerator", "seed", "get_state", "set_state"}
)  # fmt: skip
_NUMPY_MAKERS = frozenset({"default_rng", "RandomState", "SeedSequence", "PCG64", "MT19937"})
_TORCH = frozenset(
    {"rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "rand_like", "randn_like"}
)
_SEEDERS = frozenset(
    {"random.seed", "random.Random", "numpy.random.seed", "numpy.random.default_rng", "torch.manual_seed",
     "numpy.random.RandomState", "tensorflow.random.set_seed"}
)  # fmt: skip
_VARYING = frozenset(
    {"time.time", "time.time_ns", "time.perf_counter", "time.monotonic", "os.getpid", "os.urandom",
     "uuid.uuid4", "uuid.uuid1", "datetime.datetime.now", "datetime.datetime.utcnow", "hash", "id",
     "secrets.randbits", "secrets.randbelow", "secrets.token_bytes"}
)  # fmt: skip
_ESTIMATORS = re.compile(
    r"train_test_split|(?:RandomForest|ExtraTrees?|GradientBoosting|HistGradientBoosting|DecisionTree|MLP|SGD"
    r"|Bagging|AdaBoost)(?:Classifier|Regressor)|KMeans|MiniBatchKMeans|TSNE|NMF|GaussianMixture|IsolationForest"
    r"|ShuffleSplit|StratifiedShuffleSplit|RandomizedSearchCV|shuffle|resample"
)
_FOLDS = re.compile(r"(?:Stratified|StratifiedGroup)?KFold")
_NAMED_BY_ID = re.compile(r"^__(?:repr|str|hash)__$|_ref(?:erence)?s?$|_key$")
"""Functions whose text with an identity is for people, or a reference inside the process."""
_CONVERTING = frozenset({"abs", "int", "str", "hex", "bin", "repr", "format", "divmod", "to_bytes"})
_IN_MEMORY = re.compile(r"^__(?:hash|eq)__$|(?i:hash_?code)")
"""Functions whose hash is for tables in memory."""
_CACHE_KEY = re.compile(r"(?:^| )key(?: |$)")
_LABELS = re.compile(r"task|thread|session|connection|socket|widget|module")
"""Names of objects in the process that a hash is to tell apart."""
_DATA_CALLS = frozenset(
    {"write", "print", "echo", "dumps", "dump", "seed", "Random", "default_rng", "RandomState", "pack",
     "join", "sha1", "sha256", "md5", "update", "execute", "insert", "set", "put", "save"}
)  # fmt: skip
"""Calls that keep, print or seed with what they get."""
_DEEPEST = 4
_MASK = re.compile(r"(?i)mask|max")
_PASSING = re.compile(r"te?mp(?:orary)?(?:_|\b)|(?:request|trace|session)_?id")
"""Names of what is meant for one process, or one request."""
_REPEATED = re.compile(r"seed|checksum|fingerprint|digest|etag|cache_?key|(?:^|[ _])hash(?:$|[ _])")
_ONE_OFF = re.compile(
    r"request|correlation|trace|span|session|nonce|token|boundary|te?mp|secret|salt|password|csrf|state|idempot"
    r"|lock|random|unique|probe|file_?name|garbage|trash|worker|test_?run|(?:^| )test_"
    r"|jti|context|(?:^|[ _.])log|message_id"
)
_FACTORY = re.compile(r"id|key|name")
_SORTS = frozenset({"sorted", "sort", "min", "max", "groupby", "nsmallest", "nlargest"})
_UUIDS = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid7"})


def _seeded(model: CodeModel, name: str) -> bool:
    return any(model.name(call.func) == name and (call.args or call.keywords) for call in model.calls())


def unseeded(model: CodeModel) -> Iterator[Uncertainty]:
    """Generators of random, numpy.random, torch and scikit-learn without a seed."""
    seeded = {name for name in ("random", "numpy.random") if _seeded(model, f"{name}.seed")}
    if any("seed" in model.name(call.func) for call in model.calls()):
        seeded.add("torch")
    for call in model.calls():
        name = model.name(call.func)
        rule = _drawn(model, call, seeded)
        if rule and not purposes.is_meant(model, call):
            # An estimator that is only made here gets its state from whoever fits a clone of it.
            severity = LOW if purposes.is_only_made(model, call) else ""
            yield Uncertainty(rule, call.lineno, end(call), f"{name or '.sample'}()", severity)


def _drawn(model: CodeModel, call: ast.Call, seeded: set[str]) -> str:
    """The rule that a call breaks; "" where it breaks none. `seeded`: modules with a call of their `seed`."""
    name = model.name(call.func)
    module, _, function = name.rpartition(".")
    if module == "random":
        draws = function in _RANDOM and "random" not in seeded
        return "random" if draws or (function == "Random" and _is_empty(call)) else ""
    if module == "numpy.random":
        makes = function in _NUMPY_MAKERS and _is_empty(call)
        draws = function not in _NUMPY_HARMLESS and module not in seeded
        return "numpy-random" if makes or draws else ""
    if module == "torch":
        draws = function in _TORCH and keyword(call, "generator") is None and "torch" not in seeded
        return "torch-random" if draws and not purposes.is_of_network(model, call) else ""
    return "random-state" if _lacks_random_state(model, call, name) else ""


def _is_empty(call: ast.Call) -> bool:
    values = [*call.args, *(entry.value for entry in call.keywords)]
    return all(isinstance(value, ast.Constant) and value.value is None for value in values)


def _lacks_random_state(model: CodeModel, call: ast.Call, name: str) -> bool:
    """Whether a function of scikit-learn or pandas draws without `random_state`."""
    names = {entry.arg for entry in call.keywords}
    if names & {"random_state", "seed", None} or _is_inner_estimator(model, call):
        return False
    function = name.rpartition(".")[2]
    if name.startswith("sklearn."):
        switch = keyword(call, "shuffle")
        shuffled = switch.value if isinstance(switch, ast.Constant) else None
        if _FOLDS.fullmatch(function):
            return shuffled is True
        return bool(_ESTIMATORS.fullmatch(function)) and shuffled is not False
    return not name and "pandas" in model.imports and bool(names & {"n", "frac"}) and method(call) == "sample"


def _is_inner_estimator(model: CodeModel, call: ast.Call) -> bool:
    """Whether an estimator is handed to another one, which sets its `random_state`."""
    parent = model.parents[call]
    return isinstance(parent, ast.keyword) and parent.arg in ("estimator", "base_estimator")


def seeds(model: CodeModel) -> Iterator[Uncertainty]:
    """Seeds that differ in each run."""
    for call in model.calls():
        name = model.name(call.func)
        function = model.function(call)
        if name not in _SEEDERS or (function is not None and function.name == "seed"):
            continue
        parts = [part for value in call.args for part in ast.walk(value) if isinstance(part, ast.Call)]
        sources = [model.name(part.func) for part in parts if model.name(part.func) in _VARYING]
        if sources:
            yield Uncertainty("seed", call.lineno, end(call), f"{name}() gets {sources[0]}()")
        elif name == "random.seed" and _is_empty(call) and not purposes.is_meant(model, call):
            text = "random.seed() without a value takes one"  # what Python does at its start as well
            yield Uncertainty("seed", call.lineno, end(call), text, LOW)


def secret_values(model: CodeModel) -> Iterator[Uncertainty]:
    """Values of `secrets` and `os.urandom` under names of values that are expected to repeat."""
    for call in model.calls():
        name = model.name(call.func)
        if (name.startswith("secrets.") and "compare" not in name) or name == "os.urandom":
            returned = any(isinstance(parent, ast.Return) for parent in model.ancestors(call))
            words = labels(model, call, function=returned).replace("hexdigest", "")
            match = _REPEATED.search(words)
            if match and not is_replaceable(model, call):
                yield Uncertainty(
                    "secrets", call.lineno, end(call), f"{name}() is used as {match[0].strip(' _')}"
                )


def identifiers(model: CodeModel) -> Iterator[Uncertainty]:
    """Identifiers that are new in each run."""
    for call in model.calls():
        name = model.name(call.func)
        if name not in _UUIDS or model.is_message(call) or is_replaceable(model, call):
            continue
        if model.function(call) is None or not _is_kept(model, call):
            continue  # of the process, made when the module is imported, or a name for a while
        if not _ONE_OFF.search(labels(model, call)) and not is_factory(model, call, _FACTORY):
            yield Uncertainty("uuid", call.lineno, end(call), f"{name}()")


def _is_kept(model: CodeModel, node: ast.expr) -> bool:
    """Whether a value is an entry of a list or dictionary that a function returns, as it is or in a text."""
    entry = False
    for parent in model.ancestors(node):
        entry = entry or isinstance(parent, (ast.Dict, ast.List))
        if isinstance(parent, (ast.Return, ast.Yield)):
            return entry
        if isinstance(parent, ast.Call) and not (contains(parent.func, node) or _converts(parent)):
            return False
        if isinstance(parent, (ast.Assign, ast.AnnAssign)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            keys = [model.key(target) for target in targets if isinstance(target, ast.Name)]
            loads = [load for key in keys if key is not None for load in model.loads[key]]
            return not entry and any(_is_kept(model, load) for load in loads)
        if isinstance(parent, (ast.keyword, ast.stmt)):
            return False
    return False


def _converts(call: ast.Call) -> bool:
    return terminal(call.func) in _CONVERTING or terminal(call.func) in ("join", "dumps")


# -- hash() and id() -----------------------------------------------------------------------------------------


def hashes(model: CodeModel) -> Iterator[Uncertainty]:
    """hash() of an object as data."""
    flow = OrderFlow(model)
    for call in model.calls():
        if model.name(call.func) != "hash" or len(call.args) != 1:
            continue
        function = model.function(call)
        number = isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, int)
        inner = function is not None and _IN_MEMORY.search(function.name) is not None
        inner = inner or _PASSING.search(labels(model, call)) is not None
        harmless = number or inner or model.is_message(call) or _is_transient(model, call)
        if not harmless and _becomes_data(model, call):
            yield Uncertainty("hash", call.lineno, end(call), "hash()")
    for call in model.calls():
        ordered = keyword(call, "key")
        sorts = terminal(call.func) in _SORTS
        name = model.name(ordered) if ordered is not None and sorts else ""
        if name in ("hash", "id") and flow.first(call, SEQUENCE) is not None:
            yield Uncertainty(name, call.lineno, end(call), f"an order by {name}()")


def _becomes_data(model: CodeModel, node: ast.expr, depth: int = 0) -> bool:
    """Whether a hash does more than go into a call that no rule knows, be kept or combined in memory, or be
    returned as it is, as helpers of `__hash__` do.
    """
    parent = model.parents[node]
    if isinstance(parent, ast.Tuple):
        return _becomes_data(model, parent, depth)
    if isinstance(parent, (ast.Return, ast.List, ast.ListComp, ast.GeneratorExp, ast.DictComp)):
        return False
    if isinstance(parent, (ast.BinOp, ast.AugAssign)) and isinstance(parent.op, (ast.BitOr, ast.BitXor)):
        return False
    if isinstance(parent, ast.Call):
        passes = terminal(parent.func) in _CONVERTING and not _is_key(model, parent)
        return passes or (terminal(parent.func) in _DATA_CALLS and node in parent.args)
    if isinstance(parent, ast.keyword):
        return False
    targets = parent.targets if isinstance(parent, ast.Assign) else []
    targets = [parent.target] if isinstance(parent, ast.AnnAssign) else targets
    keys = [model.key(target) for target in targets if isinstance(target, ast.Name)]
    if targets and len(keys) == len(targets) and depth < _DEEPEST:
        loads = [load for key in keys if key is not None for load in model.loads[key]]
        kept = (load for load in loads if not _is_key(model, load) and "cache" not in labels(model, load))
        return any(_becomes_data(model, load, depth + 1) for load in kept)
    return not targets


def _is_transient(model: CodeModel, call: ast.Call) -> bool:
    """Whether a hash is compared, kept for `__hash__`, a key in this process, or computed only to see that it
    can be.
    """
    words = labels(model, call, function=False)
    cached = "cache" in words or _CACHE_KEY.search(words) is not None
    hashable = "hash" in words and _has_hash(model, call)
    kept = "_hash" in labels(model, call) or hashable or _is_of_object(model, call)
    kept = kept or _is_masked(model, call) or isinstance(model.parents[call], ast.Expr)
    kept = kept or cached or _is_label(call) or purposes.is_beside_chance(model, call)
    return kept or model.is_asserted(call) or _is_key(model, call)


def _is_label(call: ast.Call) -> bool:
    """Whether the hash of an object named `task`, `session` and the like tells such objects apart."""
    return _LABELS.fullmatch(terminal(call.args[0]).lower()) is not None


def _is_masked(model: CodeModel, call: ast.Call) -> bool:
    """Whether a hash loses its sign for a table in memory: `hash(key) & MASK`."""
    parent = model.parents[call]
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.BitAnd):
        return False
    return any(_MASK.search(terminal(side)) for side in (first_operand(parent), parent.right))


def _has_hash(model: CodeModel, call: ast.Call) -> bool:
    """Whether the class around a call has a `__hash__`."""
    owner = model.class_of(call)
    return owner is not None and any(
        isinstance(entry, ast.FunctionDef) and entry.name == "__hash__" for entry in owner.body
    )


def _is_of_object(model: CodeModel, call: ast.Call) -> bool:
    """Whether a function is a `__hash__` that somebody else installs: `def hash_func(self)`."""
    function = model.function(call)
    first = next(iter(parameters(function)), None) if function is not None else None
    is_self = first is not None and first.arg.strip("_") == "self"
    return is_self and function is not None and "hash" in function.name


def _is_key(model: CodeModel, node: ast.expr) -> bool:
    """Whether a value is only compared, or a key of a dictionary or an element of a set in memory."""
    parent = model.parents[node]
    if isinstance(parent, ast.Compare) or (isinstance(parent, ast.Return) and model.is_nested(parent)):
        return True
    if isinstance(parent, (ast.Tuple, ast.IfExp, ast.FormattedValue, ast.JoinedStr, ast.BinOp)):
        return _is_key(model, parent)
    if isinstance(parent, (ast.Subscript, ast.DictComp)):
        return node in (getattr(parent, "slice", None), getattr(parent, "key", None))
    if isinstance(parent, ast.Call):
        others = [entry for entry in parent.args if entry is not node]
        compared = bool(others) and all(terminal(entry) == "hash" for entry in others)
        return (
            compared
            or method(parent) in ("add", "discard")
            or (method(parent) in ("get", "pop", "setdefault") and parent.args[0] is node)
        )
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        key = model.key(parent.targets[0]) if isinstance(parent.targets[0], ast.Name) else None
        loads = model.loads[key] if key is not None else []
        return bool(loads) and all(_is_key(model, load) for load in loads)
    return False


def identities(model: CodeModel) -> Iterator[Uncertainty]:
    """id() of an object as data."""
    for call in model.calls():
        if (
            model.name(call.func) != "id"
            or len(call.args) != 1
            or model.is_message(call)
            or model.is_asserted(call)
        ):
            continue
        function = model.function(call)
        if function is not None and _NAMED_BY_ID.search(function.name):
            continue
        how = _identity_use(model, call)
        if how:
            yield Uncertainty("id", call.lineno, end(call), f"id() {how}")


def _identity_use(model: CodeModel, call: ast.Call) -> str:
    """How an identity leaves the process's memory; "" where it does not, as a key of a memo."""
    parent = model.parents[call]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mod) and parent.right is not call:
        return "is put into a bucket"
    value: ast.expr = call
    for outer in model.ancestors(call):
        if isinstance(outer, (ast.FormattedValue, ast.JoinedStr, ast.BinOp)) or _is_text(model, outer):
            value = outer if isinstance(outer, ast.expr) else value
            continue
        if isinstance(outer, ast.Return):
            key = value is call or is_replaceable(model, call) or _names_process(value)
            return "" if key or _is_repr(value) or _is_address(model, call) else "is returned in a text"
        if isinstance(outer, ast.Dict) and value in outer.values:
            return "is stored as a value"
        return "is written" if isinstance(outer, ast.Call) and method(outer) == "write" else ""
    return ""


def _names_process(node: ast.expr) -> bool:
    """Whether a text holds the number of the process as well, so that it names one running task."""
    names = {terminal(part) for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}
    return not names.isdisjoint({"pid", "getpid"})


def _is_text(model: CodeModel, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and model.name(node.func) in ("str", "hex", "repr", "format")


def _is_repr(node: ast.expr) -> bool:
    """Whether a text has the form of a `repr`, for people who look for a fault."""
    while isinstance(node, ast.BinOp):
        node = first_operand(node)
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return isinstance(first, ast.Constant) and str(first.value).startswith("<")


def _is_address(model: CodeModel, call: ast.Call) -> bool:
    """Whether an identity is shown as an address: `f"{id(x):#x}"`."""
    parent = model.parents[call]
    spec = parent.format_spec if isinstance(parent, ast.FormattedValue) else None
    return spec is not None and "x" in ast.unparse(spec)


def hash_seed(model: CodeModel) -> Iterator[Uncertainty]:
    """PYTHONHASHSEED that is set after the interpreter has read it."""
    starts = any(name.startswith(("subprocess", "multiprocessing")) for name in model.imports)
    executes = any(method(call).startswith(("exec", "spawn")) for call in model.calls())
    if starts or executes:
        return
    for node in model.kinds[ast.Subscript]:
        if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Store):
            continue
        named = isinstance(node.slice, ast.Constant) and node.slice.value == "PYTHONHASHSEED"
        if named and model.name(node.value) == "os.environ":
            yield Uncertainty("hash-seed", node.lineno, end(node), "PYTHONHASHSEED")
