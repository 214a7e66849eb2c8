"""settings.yaml: what it may say, how it is read, and what is wrong with it, each problem at its
place.
"""
