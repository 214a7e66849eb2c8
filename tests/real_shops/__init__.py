"""Portside in front of real shops, installed from npm for the occasion; `python -m tests.real_shops
medusa|vendure`.

No part of the suite.
"""
