"""Fake shops, faults and the contract suite: for our tests, the demo and anyone's connector;
nothing else imports it.
"""
