"""Chance that is meant: pauses, names that have to be new, functions that are there to draw."""

from __future__ import annotations

import ast
import re

from gitprov.checks.nondeterminism.python.model import CodeModel, method, terminal
from gitprov.checks.nondeterminism.python.seams import is_default, is_of_script, is_replaceable, labels

_PAUSES = re.compile(
    r"jitter|backoff|delay|sleep|retry|wait|throttl|nonce|token|boundary|salt|csrf|msgid|unique|xid|savepoint"
    r"|fake|id_generator"
    r"|link_id|generate_\w*id|(?:span|trace|session|request|correlation)_?id|temporary"
    r"|(?:^|[_ ])(?:pid|suffix)(?:[_ ]|$)|(?:^|[_ ])te?mp(?:[_ ]|file|name|dir|path|$)"
    r"|(?:^|[_ ])u?u?id(?: |$)|guid"
)
"""Names of pauses, and of values that have to differ from all others."""
_DRAWERS = re.compile(
    r"(?:^|_)random(?!_?(?:walk|forest|search|split|init))|^_?rand[ni]?$|lorem|^r?vs$"
    r"|^_?(?:weighted_|reservoir_)?(?:sample|shuffle)(?:_(?:un)?weighted|_counted)?$"
)
"""Functions that are there to draw: their callers want chance."""
_DRAWING_CLASSES = re.compile(r"^_?Rand(?:om)?(?:[A-Z_]|$)|Random$|Fuzz")
_NETWORK = re.compile(r"^forward|^__init__$|reset_parameters|init_weights|sample|noise|drop|mask|generate")
_SPREAD = re.compile(
    r"attempt|host|server|endpoint|address|peer|replica|mirror|prox(?:y|ies)$|user_?agent|broker|sentinel|upstream"
)
"""What is drawn from to spread a load."""
_SAMPLED = re.compile(r"sampl\w*_?(?:rate|ratio|prob\w*)|(?:rate|ratio|prob\w*)_?of_?sampl|traces_sampl")
"""Shares of requests that are recorded."""
_ALPHABETS = re.compile(r"\bstring\.|ascii_(?:letters|lower|upper)|alphabet|letters")
_NEW = frozenset(
    {"next", "randint", "randrange", "getrandbits", "time", "time_ns", "now", "utcnow", "uuid1", "uuid4"}
)
"""Calls that give another value each time."""
_SUFFIX = re.compile(r"^\.[A-Za-z]\w{0,5}$")


def is_meant(model: CodeModel, call: ast.Call) -> bool:
    """Whether a call that draws does no harm, or can be replaced by a caller."""
    owner = model.class_of(call)
    statement = model.statement(call)
    code = ast.unparse(statement).lower() if isinstance(statement, (ast.Assign, ast.Return)) else ""
    words = f"{labels(model, call)} {owner.name.lower() if owner is not None else ''}"
    words += " jitter" if "jitter" in code or "splay" in code else ""
    function = model.function(call)
    draws = function is not None and _DRAWERS.search(function.name) is not None
    draws = draws or (owner is not None and _DRAWING_CLASSES.search(owner.name) is not None)
    draws = draws or any(_SPREAD.search(ast.unparse(value).lower()) for value in call.args)
    pauses = _PAUSES.search(words) is not None or _is_seeded_later(model, call)
    handed = is_default(model, call) or is_replaceable(model, call)
    made_up = _is_text_of_letters(model, call) or _names_a_file(model, call, 0)
    meant = pauses or draws or handed or made_up or _is_intended(model, call)
    return meant or model.is_message(call) or is_of_script(model, call)


def is_of_network(model: CodeModel, call: ast.Call) -> bool:
    """Whether a call makes the first weights of a network, or noise of its training."""
    function = model.function(call)
    of_class = function is not None and model.class_of(call) is not None
    tests = (parent.test for parent in model.ancestors(call) if isinstance(parent, (ast.If, ast.IfExp)))
    return (of_class and function is not None and _NETWORK.search(function.name) is not None) or any(
        "training" in ast.unparse(test) for test in tests
    )


def is_only_made(model: CodeModel, call: ast.Call) -> bool:
    """Whether an estimator of scikit-learn is made where the same function does not fit it."""
    if not terminal(call.func)[:1].isupper() or not model.name(call.func).startswith("sklearn."):
        return False
    parent, statement = model.parents[call], model.statement(call)
    keys = [model.key(target) for target in statement.targets] if isinstance(statement, ast.Assign) else []
    loads = [load for key in keys if key is not None for load in model.loads[key]]
    inner = (load for load in loads if model.function(load) is model.function(call))
    owners = [parent, *(model.parents[load] for load in inner)]
    return not any(isinstance(owner, ast.Attribute) and owner.attr.startswith("fit") for owner in owners)


def is_beside_chance(model: CodeModel, call: ast.Call) -> bool:
    """Whether a text has a draw, the next number of a counter or the moment beside a value, as an identifier
    that has to be new: `f"{next(_ids)}{hash(meta)}"`, `"{}-{}".format(time.time_ns(), hash(text))`.
    """
    text = model.parents[call]
    if isinstance(text, ast.FormattedValue | ast.Tuple):
        text = model.parents[text]
    is_template = isinstance(text, ast.Call) and method(text) == "format"
    if not (is_template or isinstance(text, ast.JoinedStr | ast.BinOp)):
        return False
    parts = (part for part in ast.walk(text) if isinstance(part, ast.Call))
    return any(terminal(part.func) in _NEW for part in parts)


def _is_seeded_later(model: CodeModel, call: ast.Call) -> bool:
    """Whether the file calls `seed` or `setstate` of the name that gets a generator."""
    statement = model.statement(call)
    keys = [model.key(target) for target in statement.targets] if isinstance(statement, ast.Assign) else []
    owners = [entry.func for entry in model.calls() if method(entry) in ("seed", "setstate") and entry.args]
    seeded = [model.key(owner.value) for owner in owners if isinstance(owner, ast.Attribute)]
    return any(key is not None and key in seeded for key in keys)


def _is_intended(model: CodeModel, call: ast.Call) -> bool:
    """Whether a condition shows that chance is intended (`if mode == "random":`), a share of all cases is
    recorded (`random() < sample_rate`), or a value is drawn until it is a new one (`while key in taken:`).
    """
    child: ast.AST = call
    for parent in model.ancestors(call):
        if isinstance(parent, ast.Compare) and _SAMPLED.search(ast.unparse(parent).lower()):
            return True
        if isinstance(parent, ast.If) and child in parent.body and _names_chance(parent.test):
            return True
        if isinstance(parent, ast.While) and child in parent.body and _asks_for_new(parent.test):
            return True
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        child = parent
    return False


def _names_chance(test: ast.expr) -> bool:
    """Whether a condition compares something with a word for chance."""
    compares = [node for node in ast.walk(test) if isinstance(node, ast.Compare)]
    sides = [side for node in compares for side in node.comparators]
    texts = (str(side.value) if isinstance(side, ast.Constant) else terminal(side) for side in sides)
    return any("random" in text.lower() for text in texts)


def _asks_for_new(test: ast.expr) -> bool:
    compares = (node for node in ast.walk(test) if isinstance(node, ast.Compare))
    return any(isinstance(operator, ast.In) for node in compares for operator in node.ops)


def _is_text_of_letters(model: CodeModel, call: ast.Call) -> bool:
    """Whether letters are drawn for a made-up name: `"".join(random.choices(string.ascii_letters, k=8))`."""
    if not any(_ALPHABETS.search(ast.unparse(value)) for value in call.args):
        return False
    return any(isinstance(parent, ast.Call) and method(parent) == "join" for parent in model.ancestors(call))


def _names_a_file(model: CodeModel, node: ast.expr, depth: int) -> bool:
    """Whether a value becomes a part of a file's name: in a text with a suffix, or below `gettempdir()`."""
    for parent in model.ancestors(node):
        if isinstance(parent, (ast.BinOp, ast.JoinedStr)):
            parts = [part.value for part in ast.walk(parent) if isinstance(part, ast.Constant)]
            if any(isinstance(part, str) and _SUFFIX.search(part) for part in parts):
                return True
        if isinstance(parent, ast.stmt):
            if "gettempdir" in ast.unparse(parent):
                return True
            keys = [model.key(target) for target in parent.targets] if isinstance(parent, ast.Assign) else []
            loads = [load for key in keys if key is not None for load in model.loads[key]]
            return depth < 1 and any(_names_a_file(model, load, depth + 1) for load in loads)
    return False
