"""What a shop sells, as far as orders need it: weights, sizes, pictures, what is never
packed.
"""
