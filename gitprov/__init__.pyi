from gitprov.behaviour.adapters import register as register
from gitprov.behaviour.difference import Tolerance as Tolerance
from gitprov.testing.cases import case as case
from gitprov.testing.cases import cases as cases
from gitprov.testing.cases import command as command
from gitprov.testing.equivalent import equivalent as equivalent

__version__: str
