"""A WooCommerce shop as a connector: which part answers which question. No field names in here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from connectors.errors import OrderNotFoundError, UnreadableResponseError
from connectors.habit_memory import HabitMemory
from connectors.interface import CheckReport, ConnectorContext, ConnectorType, ShipOutcome
from connectors.orders import Order, OrderId, RejectedOrder, Window
from connectors.shipments import Shipment
from connectors.upstream.auth.auth import Auth
from connectors.upstream.client import Upstream
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.auth import make_auth
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.api.meta_limit import name_metas
from connectors.woocommerce.api.refusals import review_refusal
from connectors.woocommerce.check import check_shop
from connectors.woocommerce.listing.customers import Customers
from connectors.woocommerce.listing.goods.catalog import Catalog
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.listing.lookup import Lookup
from connectors.woocommerce.listing.pages import SIZES
from connectors.woocommerce.listing.queries import FULL
from connectors.woocommerce.listing.reader import Reader
from connectors.woocommerce.listing.regions import Regions
from connectors.woocommerce.listing.related import RelatedReader
from connectors.woocommerce.mapping.order import METAS
from connectors.woocommerce.mapping.statuses import normalize_status
from connectors.woocommerce.mapping.whole import build_order_reader, build_part_readers
from connectors.woocommerce.settings import WooCommerceSettings
from connectors.woocommerce.shipping.shipper import Shipper
from connectors.woocommerce.shipping.tracking_places import Places
from connectors.woocommerce.shipping.withdrawal import Withdrawer
from connectors.woocommerce.webhooks import WooCommerceWebhooks, check_webhooks


class WooCommerceConnector:
    """One shop; see `connectors.interface.Connector` for what each call promises."""

    def __init__(
        self, api: Api, settings: WooCommerceSettings, context: ConnectorContext, auth: Auth
    ) -> None:
        self._api = api
        self._settings = settings
        self._auth = auth
        habits, isolation = ShopHabits(), Isolation()
        self._habits = HabitMemory(
            context.memory, (habits, ShopHabits.LEARNED), (api, ("largest_page",))
        )
        filler = context.filler
        product, customer = build_part_readers(filler)
        self._catalog = Catalog(
            api,
            habits,
            isolation,
            memory=context.memory,
            remark=context.remark,
            parts=product,
        )
        customers = Customers(
            api,
            habits,
            isolation,
            customer,
            needed=filler is not None and filler.needs("customer"),
            remark=context.remark,
        )
        of_orders = build_order_reader(filler)
        fields = of_orders.list_fields(FULL)
        self._places = Places(api, context.carriers, settings.tracking)
        self._reader = Reader(
            api,
            RelatedReader(
                api,
                self._catalog,
                habits,
                isolation,
                customers=customers,
                notes=settings.internal_notes,
                remark=context.remark,
            ),
            settings.rules,
            habits,
            isolation,
            remark=context.remark,
            regions=Regions(api, context.memory),
            fields=(*fields, *name_metas(of_orders.list_keys(METAS))),
            page_size=settings.page_size,
            filler=filler,
            joins=bool(product) or bool(customer),
        )
        self._lookup = Lookup(api, fields)
        self._shipper = Shipper(
            api, self._lookup, self._reader, self._places, settings, context.shipping
        )
        self._withdrawer = Withdrawer(api, self._lookup, self._places)
        self.webhooks = WooCommerceWebhooks(api)

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Every order changed in `window`, the trash included."""
        async with self._habits.keep(), aclosing(self._reader.list_window(window)) as orders:
            async for order in orders:
                yield order
            await self._catalog.keep()

    def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Every order of which something may still be shipped."""
        return self._reader.list_open()

    async def count_orders(self, window: Window) -> int | None:
        """How many orders the window holds, as the shop counts them."""
        return await self._reader.count_window(window)

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        """One order by its id."""
        row = await self._lookup.read_order(order_id)
        if isinstance(row.order, RejectedOrder) and not row.id:
            raise UnreadableResponseError(
                f"The shop's answer for order {order_id} is not an order: {row.order.reason}."
            )
        found = await self._reader.map_rows([row])
        if not found:
            raise OrderNotFoundError(f"Order {order_id} is a cart that was never ordered.")
        return found[0]

    async def find_order_id(self, number: str) -> OrderId:
        """The id of the order with this number."""
        row = await self._lookup.find_order(Shipment(order_number=number))
        return OrderId(str(row.id))

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Report a shipment to the shop, which takes effect once."""
        return await self._shipper.ship(shipment, earlier)

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        """Take the tracking number of a voided label out."""
        return await self._withdrawer.withdraw(shipment)

    async def check(self) -> CheckReport:
        """Try what the connector needs; changes nothing, does not raise."""
        return await check_shop(self._api, self._catalog, self._places, self._settings, self._auth)


@asynccontextmanager
async def open_connector(
    settings: WooCommerceSettings, context: ConnectorContext
) -> AsyncIterator[WooCommerceConnector]:
    """Connections to one shop, closed on leaving; no request is made yet."""
    auth = make_auth(settings)
    # A shop that fails on a large page is asked for smaller ones, then for ids and times alone, and
    # then without sorting. The walk beside it has failed once by then.
    policy = context.upstream.patient(len(SIZES) + 2)
    async with Upstream.open(
        settings.url, auth=auth, policy=policy, observer=context.observer, review=review_refusal
    ) as upstream:
        yield WooCommerceConnector(Api(upstream), settings, context, auth)


def name_undated_changes(_settings: WooCommerceSettings) -> str:
    """Shops that keep orders in tables of their own date some of these changes, but not all."""
    return "editing an order's items, refunding a part of it"


connector_type = ConnectorType(
    name="woocommerce",
    settings=WooCommerceSettings,
    open=open_connector,
    status_word=normalize_status,
    check_webhooks=check_webhooks,
    undated=name_undated_changes,
)
