"""Shops that lose answers, ignore writes or fail, and notices of every spelling, over the real
server, deliverer and database: `python -m tests.world.notices`.
"""
