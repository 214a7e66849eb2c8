"""How one fake WooCommerce shop differs from another: version, zone, units, plugins, and the traps
of its hosting.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Traits:
    """Change them before or between requests.

    `zone` is the site's time zone. `ignores_bounds` plays WooCommerce before 5.8,
    `refuses_modified_order` a shop without
    `orderby=modified`, `fails_on_modified_order` one that answers it with 500, `unsorted` one whose
    plugin undoes the sorting. `unloadable`
    are ids that are counted but never shown, which makes short pages. `largest_page` is the most
    rows the shop can give before it fails with
    500. `hides_totals` drops the X-WP-Total headers.

    `plugin` is `ast`, `shipment_tracking` or empty; `providers` its list of carriers;
    `fulfillments` WooCommerce's own feature. `extra_statuses` are those that plugins registered.
    `pretty_permalinks` off leaves the REST API at `?rest_route=` alone, which `query_routes` off
    switches off. `limits_metas` off plays WooCommerce before 7.0, `lists_refunds` off a shop
    without `GET /refunds`; `variation_lists` are the
    namespaces that list the variations of all products. `folder` is where
    WordPress lives, e.g. `/store`. `regions` are the shop's own, by country and code.
    """

    version: str = "10.9.4"
    zone: str = "America/New_York"
    weight_unit: str = "g"
    dimension_unit: str = "cm"
    currency: str = "USD"
    folder: str = ""
    ignores_bounds: bool = False
    refuses_modified_order: bool = False
    fails_on_modified_order: bool = False
    unsorted: bool = False
    hides_totals: bool = False
    unloadable: set[int] = field(default_factory=set)
    largest_page: int = 100
    plugin: str = ""
    providers: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "United States (US)": {"USPS": "https://tools.usps.com/%number%"},
            "Global": {"UPS": "https://ups.com/%number%"},
        }
    )
    fulfillments: bool = False
    extra_statuses: tuple[str, ...] = ()
    pretty_permalinks: bool = True
    query_routes: bool = True
    limits_metas: bool = True
    lists_refunds: bool = True
    variation_lists: tuple[str, ...] = ("wc/v3", "wc-analytics")
    hides_settings: bool = False
    regions: dict[str, dict[str, str]] = field(default_factory=dict)
