"""A fake WooCommerce shop that behaves as WooCommerce 10.9 was measured to, and a varied order book
to fill it with.
"""

from connectors.testing.shops.woocommerce.access import Access
from connectors.testing.shops.woocommerce.shop import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.traits import Traits
from connectors.testing.shops.woocommerce.variety import varied_orders

__all__ = ["Access", "FakeWooCommerceShop", "Traits", "varied_orders"]
