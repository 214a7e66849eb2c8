"""Everything a connector's author needs, in one place: the types a shop's data becomes, and what a
connector must do.
"""

from connectors.carriers import Carrier, Carriers
from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    PermanentError,
    RefusedError,
    TemporaryError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.interface import (
    CheckLevel,
    CheckReport,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    ConnectorType,
    Finding,
    ShipOutcome,
)
from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    ItemOption,
    LengthUnit,
    LineItem,
    Order,
    OrderStatus,
    RejectedOrder,
    Weight,
    WeightUnit,
    Window,
)
from connectors.reading.fields import FieldError
from connectors.reading.paging import Page
from connectors.shipments import Shipment, ShippedItem
from connectors.upstream.auth.auth import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    HmacAuth,
    NoAuth,
    OAuth1Auth,
    QueryAuth,
)
from connectors.upstream.auth.tokens import TokenAuth
from connectors.upstream.call import Judge
from connectors.upstream.client import Upstream
from connectors.upstream.exchange import Exchange, Observer
from connectors.upstream.policy import UpstreamPolicy
from connectors.upstream.response import Reply

__all__ = [
    "Address",
    "Auth",
    "AuthenticationError",
    "BasicAuth",
    "BearerAuth",
    "Carrier",
    "Carriers",
    "CheckLevel",
    "CheckReport",
    "CircuitOpenError",
    "ConflictError",
    "Connector",
    "ConnectorContext",
    "ConnectorError",
    "ConnectorSettings",
    "ConnectorType",
    "Customer",
    "Dimensions",
    "Exchange",
    "FieldError",
    "Finding",
    "HeaderAuth",
    "HmacAuth",
    "ItemOption",
    "Judge",
    "LengthUnit",
    "LineItem",
    "NoAuth",
    "OAuth1Auth",
    "Observer",
    "Order",
    "OrderNotFoundError",
    "OrderStatus",
    "Page",
    "PermanentError",
    "QueryAuth",
    "RefusedError",
    "RejectedOrder",
    "Reply",
    "ShipOutcome",
    "Shipment",
    "ShippedItem",
    "TemporaryError",
    "ThrottledError",
    "TokenAuth",
    "UnavailableError",
    "UnreadableResponseError",
    "Upstream",
    "UpstreamPolicy",
    "Weight",
    "WeightUnit",
    "Window",
]
