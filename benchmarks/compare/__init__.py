# ===- __init__.py - the parts of compare.py ---------------------------------=== #
