"""Where single fields of an order come from in a shop's own JSON, by expressions out of settings:
the same for every connector.
"""
