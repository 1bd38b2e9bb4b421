"""newslab: profile a news document, and publish what it claims, who says so, and where each claim stands."""

import lazy_loader

# What is public, and from where, is said once, in __init__.pyi. Nothing is imported before it is used, so that
# `import newslab` takes a moment and the report driver can tell in time that there is nothing to do.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
