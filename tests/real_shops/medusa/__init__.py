"""A real Medusa: installed, filled with orders through its own API, and asked what it knows of a
shipment.
"""
