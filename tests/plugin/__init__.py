"""A stranger's connector: a package of its own, found by its entry point, held to the same promises
as ours.
"""
