"""The pytest plug-in, and the decorators of cases."""
