"""What goes out to ShipStation, platform by platform and situation by situation: one file of
examples for each platform, written by hand from public documentation.
"""
