"""All worlds, by name."""

from __future__ import annotations

from tests.world.generic_json.world import GENERIC_JSON
from tests.world.shopify.world import SHOPIFY
from tests.world.woocommerce.world import WOOCOMMERCE

WORLDS = {world.name: world for world in (WOOCOMMERCE, SHOPIFY, GENERIC_JSON)}
