from gitprov.behaviour.adapters import register as register
from gitprov.behaviour.difference import Tolerance as Tolerance
from gitprov.sdk.generations import OpenGeneration
from gitprov.sdk.generations import generates as generates
from gitprov.sdk.generations import record as record
from gitprov.sdk.langchain import langchain_handler as langchain_handler
from gitprov.sdk.langchain import watch_langchain as watch_langchain
from gitprov.sdk.litellm import litellm_logger as litellm_logger
from gitprov.sdk.templates import prompt as prompt
from gitprov.testing.cases import case as case
from gitprov.testing.cases import cases as cases
from gitprov.testing.cases import command as command
from gitprov.testing.equivalence.equivalent import equivalent as equivalent

generation = OpenGeneration

__version__: str
