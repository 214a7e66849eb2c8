"""Ready-made descriptions of real platforms: a YAML file each, and what reads them."""
